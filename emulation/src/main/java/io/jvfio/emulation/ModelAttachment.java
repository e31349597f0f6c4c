// SPDX-License-Identifier: Apache-2.0
package io.jvfio.emulation;

import io.jvfio.carrier.CarrierContext;
import io.jvfio.device.Reattachable;
import io.jvfio.iommu.AddressSpace;
import org.jspecify.annotations.Nullable;

/**
 * Moves a model between address spaces. A transfer that has begun ends in the space that it began in.
 *
 * <p>Threads: thread-safe; one lock orders the changes.
 */
final class ModelAttachment implements Reattachable {
    private final ModelDma dma;
    private final CarrierContext context;
    private final String device;
    private final Runnable checkAlive;

    ModelAttachment(ModelDma dma, CarrierContext context, String device, Runnable checkAlive) {
        this.dma = dma;
        this.context = context;
        this.device = device;
        this.checkAlive = checkAlive;
    }

    @Override
    public synchronized void attach(AddressSpace space) {
        checkAlive.run();
        EmulatedIommu now = dma.space();
        if (now != null) {
            throw new IllegalStateException(device + " is attached to the " + now.description());
        }
        dma.attach(own(space), context);
    }

    @Override
    public synchronized void detach() {
        checkAlive.run();
        requireAttached();
        dma.leave();
    }

    @Override
    public synchronized void replace(AddressSpace space) {
        checkAlive.run();
        EmulatedIommu target = own(space);
        if (requireAttached() != target) {
            dma.attach(target, context);
        }
    }

    private EmulatedIommu requireAttached() {
        @Nullable EmulatedIommu now = dma.space();
        if (now == null) {
            throw new IllegalStateException(device + " is detached from every address space");
        }
        return now;
    }

    /**
     * The space as one of this carrier.
     *
     * @throws IllegalArgumentException if it is of another
     */
    static EmulatedIommu own(AddressSpace space) {
        if (space instanceof EmulatedIommu own) {
            return own;
        }
        throw new IllegalArgumentException(space.description() + " is no address space of device models");
    }
}
