// SPDX-License-Identifier: Apache-2.0
package io.jvfio.benchmarks.run;

import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/**
 * The command of a client of others, as the user gives it: a line for the shell in which <code>{socket}</code>,
 * <code>{folder}</code>, <code>{depth}</code> and <code>{seconds}</code> are replaced.
 *
 * <p>Threads: immutable.
 *
 * @param line as it was given
 */
record ClientCommand(String line) {
    private static final String SOCKET = "{socket}";
    private static final String FOLDER = "{folder}";
    private static final String DEPTH = "{depth}";
    private static final String SECONDS = "{seconds}";

    /** Whether it can be told which controller is meant. */
    boolean saysWhere() {
        return line.contains(SOCKET) || line.contains(FOLDER);
    }

    /**
     * The command for one run.
     *
     * @param socket of the controller, absolute
     * @param depth how many commands are to be under way
     * @param seconds how long it is to read
     */
    List<String> with(Path socket, int depth, int seconds) {
        Path folder = Objects.requireNonNull(socket.getParent(), "an absolute path");
        return List.of(
                "sh",
                "-c",
                line.replace(SOCKET, socket.toString())
                        .replace(FOLDER, folder.toString())
                        .replace(DEPTH, String.valueOf(depth))
                        .replace(SECONDS, String.valueOf(seconds)));
    }
}
