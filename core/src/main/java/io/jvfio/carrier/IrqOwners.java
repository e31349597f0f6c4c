// SPDX-License-Identifier: Apache-2.0
package io.jvfio.carrier;

import io.jvfio.device.IrqHeldException;
import io.jvfio.device.IrqOwner;
import io.jvfio.device.IrqRequest;
import io.jvfio.device.VfioDevice;
import io.jvfio.device.VfioPci;
import io.jvfio.interrupt.NoticeOwner;
import io.jvfio.interrupt.Notices;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Who has the interrupts of a device. INTx, MSI and MSI-X of a function are one thing, of which one is in use at a
 * time. The notices ERR and REQ are the device's own from its open to its close, and whoever asks for them is told
 * last; see {@link Notices}, which is to be one of the device's abilities.
 *
 * <p>Threads: thread-safe; requests are lock-free here. Two owners that begin at the same time: one of them has it.
 */
public final class IrqOwners implements AutoCloseable {
    private static final int OWNED = VfioPci.VFIO_PCI_MSIX_IRQ_INDEX + 1;

    private final String device;
    private final ToIntFunction<IrqRequest> carrier;
    private final NoticeOwner notices;
    private final AtomicReferenceArray<@Nullable IrqOwner> holders = new AtomicReferenceArray<>(OWNED);

    /**
     * Nobody has them.
     *
     * @param context the user's
     * @param device named in errors
     * @param carrier makes a request; returns 0, or how many vectors can be had when nothing was changed
     */
    public IrqOwners(CarrierContext context, String device, ToIntFunction<IrqRequest> carrier) {
        this.device = Objects.requireNonNull(device, "device");
        this.carrier = Objects.requireNonNull(carrier, "carrier");
        this.notices = NoticeOwner.of(context.dispatcher(), context, device, carrier);
    }

    /** What the device tells: an ability of it. */
    public Notices notices() {
        return notices;
    }

    /**
     * Listens to the device's notices from now on; the last step of its open. A device that has none, or that refuses
     * them, can be used all the same.
     *
     * @param lowest the device
     * @throws io.jvfio.VfioException if this process has no descriptor or memory left; nothing is left open
     */
    public void watch(VfioDevice lowest) {
        notices.watch(lowest);
    }

    /**
     * Makes a request, unless another owner is in the way.
     *
     * @return what the carrier returned
     * @throws IrqHeldException if another owner has the interrupts
     */
    public int set(IrqRequest request) {
        int index = request.index();
        if (index >= OWNED) {
            return notices.holds(index) ? notices.set(request) : carrier.applyAsInt(request);
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

    /** Tells nobody anything any more; the first step of the device's close. Idempotent. */
    @Override
    public void close() {
        notices.close();
    }
}
