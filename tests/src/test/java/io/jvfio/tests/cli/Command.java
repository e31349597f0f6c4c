// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.cli;

import io.jvfio.cli.Jvfio;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;

/**
 * What one run of the command came to.
 *
 * @param code the exit code
 * @param out what it printed
 * @param err what it complained of
 */
record Command(int code, String out, String err) {

    /** Runs it in this process. */
    static Command run(String... args) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int code = Jvfio.run(new PrintWriter(out), new PrintWriter(err), args);
        return new Command(code, out.toString().strip(), err.toString().strip());
    }

    /** The lines that it printed. */
    List<String> lines() {
        return out.lines().toList();
    }
}
