// SPDX-License-Identifier: Apache-2.0
package io.jvfio.iommu;

import io.jvfio.internal.sys.HasCalls;
import java.util.Objects;
import java.util.function.Supplier;

/**
 * The key to the DMA memory of a device: who builds devices holds it and ends the memory with the device; a driver holds
 * the {@link Dma} alone.
 *
 * <p>Threads: thread-safe.
 */
public final class DmaOwner implements AutoCloseable {
    private final Dma dma;

    private DmaOwner(Dma dma) {
        this.dma = dma;
    }

    /**
     * The DMA memory of a device.
     *
     * @param space the device's current address space, asked for each time
     * @param context the user's {@code CarrierContext}, whose system calls make memory
     * @param reach what the device can name by its addresses, whatever its mask
     * @param node the memory node that is nearest to the device, or {@link DmaOptions#ANY_NODE}
     * @param device the device's name, for errors
     */
    public static DmaOwner of(
            Supplier<? extends AddressSpace> space, Object context, IovaRange reach, int node, String device) {
        return new DmaOwner(Dma.of(
                Objects.requireNonNull(space, "space"),
                HasCalls.of(Objects.requireNonNull(context, "context")),
                Objects.requireNonNull(reach, "reach"),
                node,
                Objects.requireNonNull(device, "device")));
    }

    /** What a driver holds. */
    public Dma dma() {
        return dma;
    }

    /**
     * Frees what was kept because the device might write into it: call it when the device has been reset or closed. What
     * still cannot be unmapped stays, and is logged.
     */
    public void releaseQuarantine() {
        dma.releaseQuarantine();
    }

    /**
     * Closes all that was made and takes no more: call it when the device's DMA is off. Idempotent.
     *
     * @throws io.jvfio.VfioException if a mapping cannot be ended; its memory is kept out of use
     */
    @Override
    public void close() {
        dma.close();
    }
}
