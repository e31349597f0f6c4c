// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static io.jvfio.internal.uapi.CLayouts.clear;
import static io.jvfio.internal.uapi.CLayouts.field;
import static io.jvfio.internal.uapi.CLayouts.sizeOf;
import static io.jvfio.internal.uapi.CLayouts.struct;
import static io.jvfio.internal.uapi.CLayouts.u32;
import static io.jvfio.internal.uapi.CLayouts.u64;
import static io.jvfio.internal.uapi.IommufdCommand.IOMMUFD_CMD_IOAS_MAP;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.VarHandle;

/**
 * {@code struct iommu_ioas_map} of {@code include/uapi/linux/iommufd.h}, since Linux 6.2: maps memory of this process
 * for the devices of an IOAS.
 *
 * <p>Threads: immutable.
 *
 * @param flags {@code IOMMU_IOAS_MAP_}
 * @param ioasId of the IOAS
 * @param userVa the address in this process
 * @param length in bytes
 * @param iova the address for the devices; out, unless it is fixed
 */
public record IommuIoasMap(int flags, int ioasId, long userVa, long length, long iova) {
    /** The C layout. */
    public static final StructLayout LAYOUT = struct(
            "iommu_ioas_map",
            u32("size"),
            u32("flags"),
            u32("ioas_id"),
            u32("__reserved"),
            u64("user_va"),
            u64("length"),
            u64("iova"));

    /** Maps; out: IOVA. */
    public static final Ioctl IOMMU_IOAS_MAP = Ioctl.iommufd("IOMMU_IOAS_MAP", IOMMUFD_CMD_IOAS_MAP);

    /** The caller chooses the IOVA. */
    public static final int IOMMU_IOAS_MAP_FIXED_IOVA = 1 << 0;

    /** Devices may write. */
    public static final int IOMMU_IOAS_MAP_WRITEABLE = 1 << 1;

    /** Devices may read. */
    public static final int IOMMU_IOAS_MAP_READABLE = 1 << 2;

    private static final VarHandle SIZE = field(LAYOUT, "size");
    private static final VarHandle FLAGS = field(LAYOUT, "flags");
    private static final VarHandle IOAS_ID = field(LAYOUT, "ioas_id");
    private static final VarHandle USER_VA = field(LAYOUT, "user_va");
    private static final VarHandle LENGTH = field(LAYOUT, "length");
    private static final VarHandle IOVA = field(LAYOUT, "iova");

    /** Decodes the struct at the start of {@code segment}. */
    public static IommuIoasMap read(MemorySegment segment) {
        return new IommuIoasMap(
                (int) FLAGS.get(segment),
                (int) IOAS_ID.get(segment),
                (long) USER_VA.get(segment),
                (long) LENGTH.get(segment),
                (long) IOVA.get(segment));
    }

    /** Encodes the struct at the start of {@code segment}, its size included. */
    public void fill(MemorySegment segment) {
        clear(LAYOUT, segment);
        SIZE.set(segment, sizeOf(LAYOUT));
        FLAGS.set(segment, flags);
        IOAS_ID.set(segment, ioasId);
        USER_VA.set(segment, userVa);
        LENGTH.set(segment, length);
        IOVA.set(segment, iova);
    }
}
