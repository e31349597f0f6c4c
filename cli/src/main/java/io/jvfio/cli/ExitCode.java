// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli;

/**
 * How the command ends, beside 0 for "done".
 *
 * <p>Threads: stateless.
 */
final class ExitCode {
    /** It failed, or the answer is no. */
    static final int FAILED = 1;

    /** It would do harm, and nothing was touched. */
    static final int REFUSED = 2;

    /** Two answers are as good as each other, and somebody has to say which. */
    static final int AMBIGUOUS = 3;

    /** A step failed, and what was done before it is undone. */
    static final int ROLLED_BACK = 4;

    /** A step failed, and so did going back; the message says what the state is. */
    static final int INCOMPLETE = 5;

    /** What was asked for cannot be on this host. */
    static final int IMPOSSIBLE = 6;

    /** The device is bound to a VFIO driver, but its node or its group cannot be had. */
    static final int NOT_ACCESSIBLE = 7;

    /** The command line could not be understood, as in {@code sysexits.h}. */
    static final int USAGE = 64;

    /** Ended by SIGINT, as shells report it. */
    static final int INTERRUPTED = 130;

    private ExitCode() {}
}
