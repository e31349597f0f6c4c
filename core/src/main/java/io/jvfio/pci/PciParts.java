// SPDX-License-Identifier: Apache-2.0
package io.jvfio.pci;

import io.jvfio.Closing;
import io.jvfio.carrier.CarrierContext;
import io.jvfio.device.NearestNode;
import io.jvfio.device.VfioDevice;
import io.jvfio.device.VfioPci;
import io.jvfio.internal.sys.HasCalls;
import io.jvfio.interrupt.InterruptControl;
import io.jvfio.interrupt.InterruptOwner;
import io.jvfio.iommu.Dma;
import io.jvfio.iommu.DmaOwner;
import io.jvfio.mmio.FaultGuard;
import java.util.Objects;

/**
 * What a storey has of the PCI device below it: config space, and DMA memory and interrupts of its own. Whoever builds
 * storeys holds it and closes it with the storey.
 *
 * <p>Threads: thread-safe.
 */
public final class PciParts implements AutoCloseable {
    private final ConfigSpace config;
    private final InterruptOwner interrupts;
    private final DmaOwner dma;
    private final Faults faults;
    private final Lifecycle lifecycle;

    /**
     * The parts of a device.
     *
     * @param device below; borrowed
     * @param name what errors call the storey
     * @param context the user's; borrowed
     */
    public PciParts(VfioDevice device, String name, CarrierContext context) {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(context, "context");
        this.lifecycle = new Lifecycle(name);
        this.config = ConfigSpace.of(
                new RegionPort(device, VfioPci.VFIO_PCI_CONFIG_REGION_INDEX),
                device.region(VfioPci.VFIO_PCI_CONFIG_REGION_INDEX).size(),
                name);
        this.interrupts = InterruptOwner.of(device, context.dispatcher(), context, new InterruptEnable(config), name);
        this.dma = DmaOwner.of(device::addressSpace, context, device.info().reach(), NearestNode.near(device), name);
        this.faults =
                new Faults(device, HasCalls.of(context), lifecycle, new PowerControl(config, name), name, () -> {});
    }

    /** The device's config space. */
    public ConfigSpace config() {
        return config;
    }

    /** Interrupts of the storey. */
    public InterruptControl interrupts() {
        return interrupts.control();
    }

    /** DMA memory of the storey. */
    public Dma dma() {
        return dma.dma();
    }

    /** Explains faults of registers that are mapped from the device. */
    public FaultGuard faults() {
        return faults;
    }

    /** The device has been reset: memory that waited for that is free. */
    public void wasReset() {
        dma.releaseQuarantine();
    }

    /** Closes interrupts and DMA memory, whose device is still open. Idempotent. */
    @Override
    public void close() {
        lifecycle.enter(DeviceState.CLOSED);
        Closing steps = new Closing();
        steps.attempt(interrupts::close);
        steps.attempt(dma::close);
        steps.throwFirst();
    }
}
