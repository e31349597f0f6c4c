// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static io.jvfio.internal.uapi.CLayouts.flexible;
import static io.jvfio.internal.uapi.CLayouts.struct;
import static io.jvfio.internal.uapi.CLayouts.u32;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
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
    /** The C struct. */
    public static final Struct<VfioDeviceInfoCapZpciUtil> STRUCT = Struct.of(
            VfioDeviceInfoCapZpciUtil.class,
            struct("header", VfioInfoCapHeader.STRUCT),
            u32("size"),
            flexible("util_str", JAVA_BYTE));

    /** The string behind the fixed part. */
    public static final ArrayMember UTIL_STR = STRUCT.array("util_str");

    /**
     * Returns the string, in EBCDIC: as many bytes as the struct says.
     *
     * @param segment the whole capability
     * @param order the byte order of the machine that wrote it
     * @throws MalformedStructException if it is shorter than that
     */
    public static MemorySegment utilStr(MemorySegment segment, ByteOrder order) {
        return UTIL_STR.slice(segment, STRUCT.read(segment, order).size);
    }
}
