// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static io.jvfio.internal.uapi.CLayouts.u64;

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
    /** The C struct. */
    public static final Struct<IommuViommuTegra241Cmdqv> STRUCT =
            Struct.of(IommuViommuTegra241Cmdqv.class, u64("out_vintf_mmap_offset", "out_vintf_mmap_length"));
}
