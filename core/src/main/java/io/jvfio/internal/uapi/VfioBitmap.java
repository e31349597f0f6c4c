// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static io.jvfio.internal.uapi.CLayouts.u64;

/**
 * {@code struct vfio_bitmap} of {@code include/uapi/linux/vfio.h}, since Linux 5.8: a bitmap of pages.
 *
 * <p>Threads: immutable.
 *
 * @param pgsize of a bit, in bytes
 * @param size of the bitmap, in bytes, a multiple of eight
 * @param data the address of the bitmap
 */
public record VfioBitmap(long pgsize, long size, long data) {
    /** The C struct. */
    public static final Struct<VfioBitmap> STRUCT = Struct.of(VfioBitmap.class, u64("pgsize", "size", "data"));
}
