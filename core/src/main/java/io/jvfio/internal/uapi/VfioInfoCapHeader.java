// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static io.jvfio.internal.uapi.CLayouts.clear;
import static io.jvfio.internal.uapi.CLayouts.field;
import static io.jvfio.internal.uapi.CLayouts.inNativeOrder;
import static io.jvfio.internal.uapi.CLayouts.struct;
import static io.jvfio.internal.uapi.CLayouts.toU16;
import static io.jvfio.internal.uapi.CLayouts.u16;
import static io.jvfio.internal.uapi.CLayouts.u32;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

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
    /** The C layout. */
    public static final StructLayout LAYOUT = struct("vfio_info_cap_header", u16("id"), u16("version"), u32("next"));

    private static final VarHandle ID = field(LAYOUT, "id");
    private static final VarHandle VERSION = field(LAYOUT, "version");
    private static final VarHandle NEXT = field(LAYOUT, "next");

    /** Decodes the struct at the start of {@code segment}. */
    public static VfioInfoCapHeader read(MemorySegment segment) {
        return read(segment, ByteOrder.nativeOrder());
    }

    /**
     * Decodes the struct at the start of {@code segment}.
     *
     * @param order the byte order of the machine that wrote it, which a dump may have from another one
     */
    public static VfioInfoCapHeader read(MemorySegment segment, ByteOrder order) {
        MemorySegment whole = inNativeOrder(LAYOUT, segment.asSlice(0, LAYOUT.byteSize()), order);
        return new VfioInfoCapHeader(
                Short.toUnsignedInt((short) ID.get(whole)), Short.toUnsignedInt((short) VERSION.get(whole)), (int)
                        NEXT.get(whole));
    }

    /** Encodes the struct at the start of {@code segment}. */
    public void fill(MemorySegment segment) {
        clear(LAYOUT, segment);
        ID.set(segment, toU16(id));
        VERSION.set(segment, toU16(version));
        NEXT.set(segment, next);
    }
}
