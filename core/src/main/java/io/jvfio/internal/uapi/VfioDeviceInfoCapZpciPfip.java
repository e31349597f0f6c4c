// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static io.jvfio.internal.uapi.CLayouts.flexible;
import static io.jvfio.internal.uapi.CLayouts.struct;
import static io.jvfio.internal.uapi.CLayouts.u32;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
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
    /** The C struct. */
    public static final Struct<VfioDeviceInfoCapZpciPfip> STRUCT = Struct.of(
            VfioDeviceInfoCapZpciPfip.class,
            struct("header", VfioInfoCapHeader.STRUCT),
            u32("size"),
            flexible("pfip", JAVA_BYTE));

    /** The path behind the fixed part. */
    public static final ArrayMember PFIP = STRUCT.array("pfip");

    /**
     * Returns the internal path: as many bytes as the struct says.
     *
     * @param segment the whole capability
     * @param order the byte order of the machine that wrote it
     * @throws MalformedStructException if it is shorter than that
     */
    public static MemorySegment pfip(MemorySegment segment, ByteOrder order) {
        return PFIP.slice(segment, STRUCT.read(segment, order).size);
    }
}
