// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static io.jvfio.internal.uapi.CLayouts.clear;
import static io.jvfio.internal.uapi.CLayouts.field;
import static io.jvfio.internal.uapi.CLayouts.flexible;
import static io.jvfio.internal.uapi.CLayouts.inNativeOrder;
import static io.jvfio.internal.uapi.CLayouts.struct;
import static io.jvfio.internal.uapi.CLayouts.u32;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * {@code struct vfio_device_info_cap_zpci_pfip} of {@code include/uapi/linux/vfio_zdev.h}, since Linux 5.10: the path
 * to a zPCI function.
 *
 * <p>Threads: immutable.
 *
 * @param header its id, its version, and where the next capability starts
 * @param size of the path, in bytes
 */
public record VfioDeviceInfoCapZpciPfip(VfioInfoCapHeader header, int size) {
    /** The C layout. */
    public static final StructLayout LAYOUT = struct(
            "vfio_device_info_cap_zpci_pfip",
            VfioInfoCapHeader.LAYOUT.withName("header"),
            u32("size"),
            flexible("pfip", JAVA_BYTE));

    /** The path behind the fixed part. */
    public static final ArrayMember PFIP = ArrayMember.of(LAYOUT, "pfip");

    private static final VarHandle SIZE = field(LAYOUT, "size");

    /** Decodes the struct at the start of {@code segment}. */
    public static VfioDeviceInfoCapZpciPfip read(MemorySegment segment) {
        return read(segment, ByteOrder.nativeOrder());
    }

    /**
     * Decodes the struct at the start of {@code segment}.
     *
     * @param order the byte order of the machine that wrote it, which a dump may have from another one
     */
    public static VfioDeviceInfoCapZpciPfip read(MemorySegment segment, ByteOrder order) {
        MemorySegment whole = inNativeOrder(LAYOUT, segment, order);
        return new VfioDeviceInfoCapZpciPfip(VfioInfoCapHeader.read(whole), (int) SIZE.get(whole));
    }

    /** Encodes the struct at the start of {@code segment}. */
    public void fill(MemorySegment segment) {
        clear(LAYOUT, segment);
        header.fill(segment);
        SIZE.set(segment, size);
    }

    /**
     * Returns the internal path: as many bytes as the struct says.
     *
     * @param segment the whole capability
     * @param order the byte order of the machine that wrote it
     * @throws MalformedStructException if it is shorter than that
     */
    public static MemorySegment pfip(MemorySegment segment, ByteOrder order) {
        return PFIP.slice(segment, read(segment, order).size);
    }
}
