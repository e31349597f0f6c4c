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
 * {@code struct vfio_device_info_cap_zpci_util} of {@code include/uapi/linux/vfio_zdev.h}, since Linux 5.10: the
 * utility string of a zPCI function.
 *
 * <p>Threads: immutable.
 *
 * @param header its id, its version, and where the next capability starts
 * @param size of the string, in bytes
 */
public record VfioDeviceInfoCapZpciUtil(VfioInfoCapHeader header, int size) {
    /** The C layout. */
    public static final StructLayout LAYOUT = struct(
            "vfio_device_info_cap_zpci_util",
            VfioInfoCapHeader.LAYOUT.withName("header"),
            u32("size"),
            flexible("util_str", JAVA_BYTE));

    /** The string behind the fixed part. */
    public static final ArrayMember UTIL_STR = ArrayMember.of(LAYOUT, "util_str");

    private static final VarHandle SIZE = field(LAYOUT, "size");

    /** Decodes the struct at the start of {@code segment}. */
    public static VfioDeviceInfoCapZpciUtil read(MemorySegment segment) {
        return read(segment, ByteOrder.nativeOrder());
    }

    /**
     * Decodes the struct at the start of {@code segment}.
     *
     * @param order the byte order of the machine that wrote it, which a dump may have from another one
     */
    public static VfioDeviceInfoCapZpciUtil read(MemorySegment segment, ByteOrder order) {
        MemorySegment whole = inNativeOrder(LAYOUT, segment, order);
        return new VfioDeviceInfoCapZpciUtil(VfioInfoCapHeader.read(whole), (int) SIZE.get(whole));
    }

    /** Encodes the struct at the start of {@code segment}. */
    public void fill(MemorySegment segment) {
        clear(LAYOUT, segment);
        header.fill(segment);
        SIZE.set(segment, size);
    }

    /**
     * Returns the string, in EBCDIC: as many bytes as the struct says.
     *
     * @param segment the whole capability
     * @param order the byte order of the machine that wrote it
     * @throws MalformedStructException if it is shorter than that
     */
    public static MemorySegment utilStr(MemorySegment segment, ByteOrder order) {
        return UTIL_STR.slice(segment, read(segment, order).size);
    }
}
