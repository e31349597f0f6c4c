// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static io.jvfio.internal.uapi.CLayouts.u16;
import static io.jvfio.internal.uapi.CLayouts.u32;

/**
 * {@code struct vfio_info_cap_header} of {@code include/uapi/linux/vfio.h}, since Linux 4.6: what every capability of
 * an info struct starts with.
 *
 * <p>Threads: immutable.
 *
 * @param id which capability
 * @param version the layout of what follows the header
 * @param next the offset of the next capability from the start of the info struct, in bytes; 0 if this is the last
 */
public record VfioInfoCapHeader(int id, int version, int next) {
    /** The C struct. */
    public static final Struct<VfioInfoCapHeader> STRUCT =
            Struct.of(VfioInfoCapHeader.class, u16("id", "version"), u32("next"));
}
