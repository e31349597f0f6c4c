// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static io.jvfio.internal.uapi.CLayouts.u32;
import static io.jvfio.internal.uapi.CLayouts.u8;

/**
 * {@code struct iommu_hw_info_tegra241_cmdqv} of {@code include/uapi/linux/iommufd.h}, since Linux 6.17: the command
 * queue virtualization of NVIDIA Tegra241, beside an SMMUv3.
 *
 * <p>Threads: immutable.
 *
 * @param flags 0
 * @param version of the hardware
 * @param log2vcmdqs log2 of how many command queues a virtual interface has
 * @param log2vsids log2 of how many stream ids a virtual interface has
 */
public record IommuHwInfoTegra241Cmdqv(int flags, int version, int log2vcmdqs, int log2vsids)
        implements IommuHwInfoData {
    /** The C struct. */
    public static final Struct<IommuHwInfoTegra241Cmdqv> STRUCT = Struct.of(
            IommuHwInfoTegra241Cmdqv.class, u32("flags"), u8("version", "log2vcmdqs", "log2vsids", "__reserved"));
}
