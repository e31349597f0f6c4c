// SPDX-License-Identifier: Apache-2.0
package io.jvfio.carrier;

import io.jvfio.device.IrqHeldException;
import io.jvfio.device.IrqOwner;
import io.jvfio.device.IrqRequest;
import io.jvfio.device.VfioPci;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Who has the interrupts of a device. INTx, MSI and MSI-X of a function are one thing, of which one is in use at a time; the
 * notices ERR and REQ are nobody's.
 *
 * <p>Threads: thread-safe, lock-free. Two owners that begin at the same time: one of them has it.
 */
public final class IrqOwners {
    private static final int OWNED = VfioPci.VFIO_PCI_MSIX_IRQ_INDEX + 1;

    private final String device;
    private final AtomicReferenceArray<@Nullable IrqOwner> holders = new AtomicReferenceArray<>(OWNED);

    /**
     * Nobody has them.
     *
     * @param device named in errors
     */
    public IrqOwners(String device) {
        this.device = Objects.requireNonNull(device, "device");
    }

    /**
     * Makes a request, unless another owner is in the way.
     *
     * @param carrier makes it; returns 0, or how many vectors can be had when nothing was changed
     * @return what the carrier returned
     * @throws IrqHeldException if another owner has the interrupts
     */
    public int set(IrqRequest request, ToIntFunction<IrqRequest> carrier) {
        int index = request.index();
        if (index >= OWNED) {
            return carrier.applyAsInt(request);
        }
        boolean begins = request.assigns() && holders.compareAndSet(index, null, request.owner());
        boolean done = false;
        try {
            throwIfHeld(request);
            int result = carrier.applyAsInt(request);
            done = result == 0;
            return result;
        } finally {
            if (done ? request.disables() : begins) {
                holders.compareAndSet(index, request.owner(), null);
            }
        }
    }

    private void throwIfHeld(IrqRequest request) {
        for (int index = 0; index < OWNED; index++) {
            IrqOwner holder = holders.get(index);
            if (holder != null && !holder.equals(request.owner())) {
                throw new IrqHeldException(request, device, holder);
            }
        }
    }
}
