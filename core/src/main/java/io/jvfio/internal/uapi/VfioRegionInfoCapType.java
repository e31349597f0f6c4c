// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static io.jvfio.internal.uapi.CLayouts.struct;
import static io.jvfio.internal.uapi.CLayouts.u32;

/**
 * {@code struct vfio_region_info_cap_type} of {@code include/uapi/linux/vfio.h}, since Linux 4.6: what a region
 * behind the fixed indexes is.
 *
 * <p>Threads: immutable.
 *
 * @param header its id, its version, and where the next capability starts
 * @param type {@code VFIO_REGION_TYPE_}, or {@link VfioRegionType#VFIO_REGION_TYPE_PCI_VENDOR_TYPE} and a PCI vendor
 *     id
 * @param subtype which region of that type
 */
public record VfioRegionInfoCapType(VfioInfoCapHeader header, int type, int subtype) {
    /** The C struct. */
    public static final Struct<VfioRegionInfoCapType> STRUCT =
            Struct.of(VfioRegionInfoCapType.class, struct("header", VfioInfoCapHeader.STRUCT), u32("type", "subtype"));
}
