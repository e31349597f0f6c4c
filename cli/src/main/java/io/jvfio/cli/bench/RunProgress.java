// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli.bench;

import io.jvfio.cli.out.Progress;
import java.io.PrintWriter;

/**
 * Says how far the measuring is: in a line on the terminal, or as lines on the error stream, one for each operation, where
 * the output goes elsewhere.
 *
 * <p>Threads: one at a time.
 */
final class RunProgress implements AutoCloseable {
    private final Progress line;
    private final PrintWriter err;
    private String operation = "";

    /**
     * Nothing is said yet.
     *
     * @param err used if the line is not shown
     */
    RunProgress(Progress line, PrintWriter err) {
        this.line = line;
        this.err = err;
    }

    /** Says it, if there is something new to say. */
    void show(Collector collector) {
        if (line.shown()) {
            line.show(collector.progress());
        } else if (!collector.operation().equals(operation)) {
            operation = collector.operation();
            err.println(collector.progress());
            err.flush();
        }
    }

    /** Takes the line away. */
    @Override
    public void close() {
        line.clear();
    }
}
