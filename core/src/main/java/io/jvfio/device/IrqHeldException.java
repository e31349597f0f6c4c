// SPDX-License-Identifier: Apache-2.0
package io.jvfio.device;

import java.util.Objects;

/**
 * Somebody else has the device's interrupts. To a client of a server this is EBUSY.
 *
 * <p>Threads: as {@link IllegalStateException}.
 */
public final class IrqHeldException extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    /**
     * The request of one owner met another.
     *
     * @param request the request
     * @param device which device
     * @param holder who has its interrupts
     */
    public IrqHeldException(IrqRequest request, String device, IrqOwner holder) {
        super("irq index " + request.index() + " of " + Objects.requireNonNull(device, "device")
                + " cannot be changed by " + request.owner() + ": " + Objects.requireNonNull(holder, "holder")
                + " has its interrupts until he disables them");
    }
}
