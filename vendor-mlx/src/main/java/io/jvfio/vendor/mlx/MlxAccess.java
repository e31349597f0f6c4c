// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vendor.mlx;

import io.jvfio.interrupt.InterruptControl;
import io.jvfio.iommu.Dma;
import io.jvfio.mmio.Mmio;
import io.jvfio.pci.ConfigSpace;
import io.jvfio.pci.PciDevice;
import java.util.Objects;

/**
 * How a function is reached: what a driver has of a PCI device, or a variant of the device below it. All of it is
 * borrowed.
 *
 * <p>Threads: immutable.
 *
 * @param name what errors call the function
 * @param registers all of BAR 0
 * @param dma memory that the function reaches
 * @param interrupts the function's
 * @param config the function's config space
 * @param reset resets the function
 */
public record MlxAccess(
        String name, Mmio registers, Dma dma, InterruptControl interrupts, ConfigSpace config, Runnable reset) {
    /** Refuses null. */
    public MlxAccess {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(registers, "registers");
        Objects.requireNonNull(dma, "dma");
        Objects.requireNonNull(interrupts, "interrupts");
        Objects.requireNonNull(config, "config");
        Objects.requireNonNull(reset, "reset");
    }

    /** What there is of an open PCI device. */
    public static MlxAccess of(PciDevice device) {
        return new MlxAccess(
                device.name(), device.bar(0).mmio(), device.dma(), device.interrupts(), device.config(), device::reset);
    }
}
