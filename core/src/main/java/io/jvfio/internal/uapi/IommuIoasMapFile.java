// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static io.jvfio.internal.uapi.CLayouts.clear;
import static io.jvfio.internal.uapi.CLayouts.field;
import static io.jvfio.internal.uapi.CLayouts.s32;
import static io.jvfio.internal.uapi.CLayouts.sizeOf;
import static io.jvfio.internal.uapi.CLayouts.struct;
import static io.jvfio.internal.uapi.CLayouts.u32;
import static io.jvfio.internal.uapi.CLayouts.u64;
import static io.jvfio.internal.uapi.IommufdCommand.IOMMUFD_CMD_IOAS_MAP_FILE;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.VarHandle;

/**
 * {@code struct iommu_ioas_map_file} of {@code include/uapi/linux/iommufd.h}, since Linux 6.13: maps a part of a
 * memfd for the devices of an IOAS.
 *
 * <p>Threads: immutable.
 *
 * @param flags {@code IOMMU_IOAS_MAP_} of {@link IommuIoasMap}
 * @param ioasId of the IOAS
 * @param fd the memfd
 * @param start where the part starts in the file, in bytes
 * @param length in bytes
 * @param iova the address for the devices; out, unless it is fixed
 */
public record IommuIoasMapFile(int flags, int ioasId, int fd, long start, long length, long iova) {
    /** The C layout. */
    public static final StructLayout LAYOUT = struct(
            "iommu_ioas_map_file",
            u32("size"),
            u32("flags"),
            u32("ioas_id"),
            s32("fd"),
            u64("start"),
            u64("length"),
            u64("iova"));

    /** Maps; out: IOVA. */
    public static final Ioctl IOMMU_IOAS_MAP_FILE = Ioctl.iommufd("IOMMU_IOAS_MAP_FILE", IOMMUFD_CMD_IOAS_MAP_FILE);

    private static final VarHandle SIZE = field(LAYOUT, "size");
    private static final VarHandle FLAGS = field(LAYOUT, "flags");
    private static final VarHandle IOAS_ID = field(LAYOUT, "ioas_id");
    private static final VarHandle FD = field(LAYOUT, "fd");
    private static final VarHandle START = field(LAYOUT, "start");
    private static final VarHandle LENGTH = field(LAYOUT, "length");
    private static final VarHandle IOVA = field(LAYOUT, "iova");

    /** Decodes the struct at the start of {@code segment}. */
    public static IommuIoasMapFile read(MemorySegment segment) {
        return new IommuIoasMapFile(
                (int) FLAGS.get(segment),
                (int) IOAS_ID.get(segment),
                (int) FD.get(segment),
                (long) START.get(segment),
                (long) LENGTH.get(segment),
                (long) IOVA.get(segment));
    }

    /** Encodes the struct at the start of {@code segment}, its size included. */
    public void fill(MemorySegment segment) {
        clear(LAYOUT, segment);
        SIZE.set(segment, sizeOf(LAYOUT));
        FLAGS.set(segment, flags);
        IOAS_ID.set(segment, ioasId);
        FD.set(segment, fd);
        START.set(segment, start);
        LENGTH.set(segment, length);
        IOVA.set(segment, iova);
    }
}
