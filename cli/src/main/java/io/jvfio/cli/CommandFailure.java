// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli;

/** The command cannot do what it was asked for; the message says why in one line. Threads: immutable. */
final class CommandFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** How the command ends. */
    private final int exitCode;

    CommandFailure(String message) {
        this(message, ExitCode.FAILED);
    }

    CommandFailure(String message, int exitCode) {
        super(message);
        this.exitCode = exitCode;
    }

    /** How the command ends. */
    int exitCode() {
        return exitCode;
    }
}
