// SPDX-License-Identifier: Apache-2.0
package io.jvfio.host;

import io.jvfio.VfioException;

/**
 * Virtual functions could not be created or removed.
 *
 * <p>Threads: as {@link VfioException}.
 */
public final class VirtualFunctionException extends VfioException {
    private static final long serialVersionUID = 1L;

    /** What became of it. */
    private final Outcome outcome;

    /** How a change ended that was not made. Threads: immutable. */
    public enum Outcome {
        /** Nothing was touched. */
        REFUSED,
        /** A step failed, and all is as before. */
        ROLLED_BACK,
        /** A step failed and so did going back, or the kernel is still at it; the message says which. */
        INCOMPLETE
    }

    VirtualFunctionException(Outcome outcome, int errno, String subject, String hint) {
        super("write", errno, subject, hint);
        this.outcome = outcome;
    }

    /** What became of it. */
    public Outcome outcome() {
        return outcome;
    }
}
