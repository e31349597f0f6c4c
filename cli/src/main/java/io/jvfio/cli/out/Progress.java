// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli.out;

import java.io.PrintWriter;

/**
 * One line that says how far a long work is, written over again and again; nothing where nobody would see it.
 *
 * <p>Threads: one at a time.
 */
public final class Progress {
    private static final long INTERVAL_NANOS = 100_000_000;
    private static final String CLEAR = "\r\u001b[K";

    private final PrintWriter out;
    private final boolean shown;
    private long last;
    private boolean visible;

    /** A line on a terminal, or none. */
    public Progress(PrintWriter out, boolean shown) {
        this.out = out;
        this.shown = shown;
        this.last = System.nanoTime() - INTERVAL_NANOS;
    }

    /** Whether there is a line. */
    public boolean shown() {
        return shown;
    }

    /** Whether the line would be written now: it is not, if it was a moment ago. */
    public boolean due() {
        return shown && System.nanoTime() - last >= INTERVAL_NANOS;
    }

    /** Writes the line, if it is time. */
    public void show(String line) {
        if (due()) {
            last = System.nanoTime();
            visible = true;
            out.print(CLEAR + line);
            out.flush();
        }
    }

    /** Takes the line away. */
    public void clear() {
        if (visible) {
            visible = false;
            out.print(CLEAR);
            out.flush();
        }
    }
}
