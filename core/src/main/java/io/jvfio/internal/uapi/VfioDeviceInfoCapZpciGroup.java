// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static io.jvfio.internal.uapi.CLayouts.padding;
import static io.jvfio.internal.uapi.CLayouts.struct;
import static io.jvfio.internal.uapi.CLayouts.u16;
import static io.jvfio.internal.uapi.CLayouts.u64;
import static io.jvfio.internal.uapi.CLayouts.u8;

/**
 * {@code struct vfio_device_info_cap_zpci_group} of {@code include/uapi/linux/vfio_zdev.h}, since Linux 5.10: the
 * group of a zPCI function.
 *
 * <p>Threads: immutable.
 *
 * @param header its id, its version, and where the next capability starts
 * @param dasm the DMA address space mask
 * @param msiAddr the address of MSIs
 * @param flags {@code VFIO_DEVICE_INFO_ZPCI_FLAG_}
 * @param mui the measurement block update interval, in milliseconds
 * @param noi the largest number of interrupts
 * @param maxstbl the longest store block through the kernel, in bytes
 * @param version the version of the function group, a speed class
 * @param imaxstbl the longest store block through interpretation, in bytes; 0 before version 2 (Linux 6.0)
 */
public record VfioDeviceInfoCapZpciGroup(
        VfioInfoCapHeader header,
        long dasm,
        long msiAddr,
        long flags,
        int mui,
        int noi,
        int maxstbl,
        int version,
        int imaxstbl) {
    /** The C struct. */
    public static final Struct<VfioDeviceInfoCapZpciGroup> STRUCT = Struct.grown(
            VfioDeviceInfoCapZpciGroup.class,
            40,
            struct("header", VfioInfoCapHeader.STRUCT),
            u64("dasm", "msi_addr", "flags"),
            u16("mui", "noi", "maxstbl"),
            u8("version", "reserved"),
            u16("imaxstbl"),
            padding(6));

    /** The guest should flush after it changes translations. */
    public static final long VFIO_DEVICE_INFO_ZPCI_FLAG_REFRESH = 1 << 0;
}
