// SPDX-License-Identifier: Apache-2.0
package io.jvfio.interrupt;

import io.jvfio.Fd;
import io.jvfio.device.IrqOwner;
import io.jvfio.device.IrqRequest;
import io.jvfio.device.VfioDevice;
import io.jvfio.internal.event.IrqSetupEvent;
import io.jvfio.internal.sys.SystemCalls;
import java.util.List;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * What interrupts need of a device and its context.
 *
 * <p>Threads: immutable.
 */
record IrqPort(
        VfioDevice device,
        InterruptDispatcher dispatcher,
        SystemCalls systemCalls,
        EnableBit enableBit,
        String subject,
        IrqOwner owner) {

    /**
     * Assigns eventfds to vectors, or takes them away.
     *
     * @throws VectorsUnavailableException if not all can be had; nothing is changed
     */
    void assign(InterruptType type, int start, List<@Nullable Fd> eventfds) {
        int available = request(IrqRequest.assign(type.index(), start, eventfds).by(owner));
        if (available > 0) {
            throw new VectorsUnavailableException(type, start + eventfds.size(), available, subject);
        }
    }

    /**
     * Makes a request, which says that the owner asks, and records it.
     *
     * @return 0, or how many vectors can be had
     */
    int request(IrqRequest request) {
        return recorded(request, subject, device::setIrqs);
    }

    /** Makes a request and records it. */
    static int recorded(IrqRequest request, String subject, ToIntFunction<IrqRequest> device) {
        IrqSetupEvent event = IrqSetupEvent.start();
        int result = -1;
        try {
            result = device.applyAsInt(request);
            return result;
        } finally {
            if (event != null) {
                event.request(
                        request.index(),
                        request.start(),
                        request.count(),
                        request.action().name());
                event.commit(subject, result);
            }
        }
    }
}
