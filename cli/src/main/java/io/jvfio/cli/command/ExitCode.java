// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli.command;

/**
 * How the command ends, beside 0 for "done".
 *
 * <p>Threads: stateless.
 */
public final class ExitCode {
    /** It failed, or the answer is no. */
    public static final int FAILED = 1;

    /** It would do harm, and nothing was touched. */
    public static final int REFUSED = 2;

    /** Two answers are as good as each other, and somebody has to say which. */
    public static final int AMBIGUOUS = 3;

    /** A step failed, and what was done before it is undone. */
    public static final int ROLLED_BACK = 4;

    /** A step failed, and so did going back; the message says what the state is. */
    public static final int INCOMPLETE = 5;

    /** What was asked for cannot be on this host. */
    public static final int IMPOSSIBLE = 6;

    /** The device is bound to a VFIO driver, but its node or its group cannot be had. */
    public static final int NOT_ACCESSIBLE = 7;

    /** The variant that was asked for does not take the device, or there are two of one id. */
    public static final int VARIANT = 8;

    /** The command line could not be understood, as in {@code sysexits.h}. */
    public static final int USAGE = 64;

    /** Ended by SIGINT, as shells report it. */
    public static final int INTERRUPTED = 130;

    private ExitCode() {}
}
