// SPDX-License-Identifier: Apache-2.0
package io.jvfio.interrupt;

import io.jvfio.Errno;
import io.jvfio.VfioException;

/**
 * Fewer vectors can be had than were asked for. Nothing was changed: the index is as it was before the request.
 *
 * <p>Threads: as {@link VfioException}.
 */
public final class VectorsUnavailableException extends VfioException {
    private static final long serialVersionUID = 1L;

    /** How many were asked for. */
    private final int requested;

    /** How many can be had. */
    private final int available;

    VectorsUnavailableException(InterruptType type, int requested, int available, String subject) {
        super(
                "VFIO_DEVICE_SET_IRQS",
                Errno.ENOSPC,
                subject + ": " + requested + " " + type + " vectors",
                available + " can be had: enable that many, or as many as there are with enableUpTo");
        this.requested = requested;
        this.available = available;
    }

    /** How many vectors the request would have needed. */
    public int requested() {
        return requested;
    }

    /** How many vectors can be had at this time. */
    public int available() {
        return available;
    }
}
