// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static io.jvfio.internal.uapi.CLayouts.clear;
import static io.jvfio.internal.uapi.CLayouts.field;
import static io.jvfio.internal.uapi.CLayouts.struct;
import static io.jvfio.internal.uapi.CLayouts.u64;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.VarHandle;

/**
 * {@code struct iommu_viommu_tegra241_cmdqv} of {@code include/uapi/linux/iommufd.h}, since Linux 6.17: out: where
 * the registers of a virtual interface are, for NVIDIA Tegra241.
 *
 * <p>Threads: immutable.
 *
 * @param outVintfMmapOffset what to give to {@code mmap} of the iommufd, in bytes
 * @param outVintfMmapLength in bytes
 */
public record IommuViommuTegra241Cmdqv(long outVintfMmapOffset, long outVintfMmapLength) {
    /** The C layout. */
    public static final StructLayout LAYOUT =
            struct("iommu_viommu_tegra241_cmdqv", u64("out_vintf_mmap_offset"), u64("out_vintf_mmap_length"));

    private static final VarHandle OUT_VINTF_MMAP_OFFSET = field(LAYOUT, "out_vintf_mmap_offset");
    private static final VarHandle OUT_VINTF_MMAP_LENGTH = field(LAYOUT, "out_vintf_mmap_length");

    /** Decodes the struct at the start of {@code segment}. */
    public static IommuViommuTegra241Cmdqv read(MemorySegment segment) {
        return new IommuViommuTegra241Cmdqv(
                (long) OUT_VINTF_MMAP_OFFSET.get(segment), (long) OUT_VINTF_MMAP_LENGTH.get(segment));
    }

    /** Encodes the struct at the start of {@code segment}. */
    public void fill(MemorySegment segment) {
        clear(LAYOUT, segment);
        OUT_VINTF_MMAP_OFFSET.set(segment, outVintfMmapOffset);
        OUT_VINTF_MMAP_LENGTH.set(segment, outVintfMmapLength);
    }
}
