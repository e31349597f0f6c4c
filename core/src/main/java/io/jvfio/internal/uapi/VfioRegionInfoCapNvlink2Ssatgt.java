// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static io.jvfio.internal.uapi.CLayouts.struct;
import static io.jvfio.internal.uapi.CLayouts.u64;

/**
 * {@code struct vfio_region_info_cap_nvlink2_ssatgt} of {@code include/uapi/linux/vfio.h}: where a region's memory lies on
 * the NVLink2 of POWER9, which Linux 5.0 to 5.12 drove.
 *
 * <p>Threads: immutable.
 *
 * @param header its id, its version, and where the next capability starts
 * @param tgt the address that the device is compressed to
 */
public record VfioRegionInfoCapNvlink2Ssatgt(VfioInfoCapHeader header, long tgt) {
    /** The C struct. */
    public static final Struct<VfioRegionInfoCapNvlink2Ssatgt> STRUCT =
            Struct.of(VfioRegionInfoCapNvlink2Ssatgt.class, struct("header", VfioInfoCapHeader.STRUCT), u64("tgt"));
}
