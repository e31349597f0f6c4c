// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static io.jvfio.internal.uapi.CLayouts.clear;
import static io.jvfio.internal.uapi.CLayouts.field;
import static io.jvfio.internal.uapi.CLayouts.sizeOf;
import static io.jvfio.internal.uapi.CLayouts.struct;
import static io.jvfio.internal.uapi.CLayouts.u32;
import static io.jvfio.internal.uapi.CLayouts.u64;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.VarHandle;

/**
 * {@code struct vfio_iommu_type1_dma_map} of {@code include/uapi/linux/vfio.h}, since Linux 3.6: maps memory of this
 * process for the devices of a container.
 *
 * <p>Threads: immutable.
 *
 * @param flags {@code VFIO_DMA_MAP_FLAG_}
 * @param vaddr the address in this process
 * @param iova the address for the devices
 * @param size in bytes
 */
public record VfioIommuType1DmaMap(int flags, long vaddr, long iova, long size) {
    /** The C layout. */
    public static final StructLayout LAYOUT =
            struct("vfio_iommu_type1_dma_map", u32("argsz"), u32("flags"), u64("vaddr"), u64("iova"), u64("size"));

    /** Maps; in: all. */
    public static final Ioctl VFIO_IOMMU_MAP_DMA = Ioctl.vfio("VFIO_IOMMU_MAP_DMA", 13);

    /** Devices may read. */
    public static final int VFIO_DMA_MAP_FLAG_READ = 1 << 0;

    /** Devices may write. */
    public static final int VFIO_DMA_MAP_FLAG_WRITE = 1 << 1;

    /** Only gives a mapping a new address in this process; since Linux 5.12. */
    public static final int VFIO_DMA_MAP_FLAG_VADDR = 1 << 2;

    private static final VarHandle ARGSZ = field(LAYOUT, "argsz");
    private static final VarHandle FLAGS = field(LAYOUT, "flags");
    private static final VarHandle VADDR = field(LAYOUT, "vaddr");
    private static final VarHandle IOVA = field(LAYOUT, "iova");
    private static final VarHandle SIZE = field(LAYOUT, "size");

    /** Decodes the struct at the start of {@code segment}. */
    public static VfioIommuType1DmaMap read(MemorySegment segment) {
        return new VfioIommuType1DmaMap(
                (int) FLAGS.get(segment), (long) VADDR.get(segment), (long) IOVA.get(segment), (long)
                        SIZE.get(segment));
    }

    /** Encodes the struct at the start of {@code segment}, its size included. */
    public void fill(MemorySegment segment) {
        clear(LAYOUT, segment);
        ARGSZ.set(segment, sizeOf(LAYOUT));
        FLAGS.set(segment, flags);
        VADDR.set(segment, vaddr);
        IOVA.set(segment, iova);
        SIZE.set(segment, size);
    }
}
