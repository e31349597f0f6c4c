// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static io.jvfio.internal.uapi.CLayouts.u64;

/**
 * {@code struct iommu_hw_info_amd} of {@code include/uapi/linux/iommufd.h}, since Linux 7.0: the IOMMU, if it is
 * AMD's.
 *
 * <p>Threads: immutable.
 *
 * @param efr the extended feature register
 * @param efr2 the extended feature 2 register
 */
public record IommuHwInfoAmd(long efr, long efr2) implements IommuHwInfoData {
    /** The C struct. */
    public static final Struct<IommuHwInfoAmd> STRUCT = Struct.of(IommuHwInfoAmd.class, u64("efr", "efr2"));
}
