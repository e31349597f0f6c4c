// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static io.jvfio.internal.uapi.CLayouts.struct;
import static io.jvfio.internal.uapi.CLayouts.u32;

/**
 * {@code struct vfio_region_info_cap_nvlink2_lnkspd} of {@code include/uapi/linux/vfio.h}: how fast the NVLink2 of a
 * POWER9's link is, which Linux 5.0 to 5.12 drove.
 *
 * <p>Threads: immutable.
 *
 * @param header its id, its version, and where the next capability starts
 * @param linkSpeed as the firmware says it, in units of its own
 */
public record VfioRegionInfoCapNvlink2Lnkspd(VfioInfoCapHeader header, int linkSpeed) {
    /** The C struct. */
    public static final Struct<VfioRegionInfoCapNvlink2Lnkspd> STRUCT = Struct.of(
            VfioRegionInfoCapNvlink2Lnkspd.class,
            struct("header", VfioInfoCapHeader.STRUCT),
            u32("link_speed", "__pad"));
}
