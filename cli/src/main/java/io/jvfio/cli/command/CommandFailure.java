// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli.command;

/** The command cannot do what it was asked for; the message says why in one line. Threads: immutable. */
public final class CommandFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** How the command ends. */
    private final int exitCode;

    public CommandFailure(String message) {
        this(message, ExitCode.FAILED);
    }

    public CommandFailure(String message, int exitCode) {
        super(message);
        this.exitCode = exitCode;
    }

    /** How the command ends. */
    public int exitCode() {
        return exitCode;
    }
}
