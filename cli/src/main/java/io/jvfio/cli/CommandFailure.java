// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli;

/** The command cannot do what it was asked for; the message says why in one line. Threads: immutable. */
final class CommandFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    CommandFailure(String message) {
        super(message);
    }
}
