// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static io.jvfio.internal.uapi.CLayouts.u64;

/**
 * {@code struct vfio_iova_range} of {@code include/uapi/linux/vfio.h}, since Linux 5.4: a range of IOVAs.
 *
 * <p>Threads: immutable.
 *
 * @param start the first one
 * @param end the last one, inclusive
 */
public record VfioIovaRange(long start, long end) {
    /** The C struct. */
    public static final Struct<VfioIovaRange> STRUCT = Struct.of(VfioIovaRange.class, u64("start", "end"));
}
