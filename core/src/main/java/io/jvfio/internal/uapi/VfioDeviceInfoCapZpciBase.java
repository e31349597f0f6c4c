// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static io.jvfio.internal.uapi.CLayouts.struct;
import static io.jvfio.internal.uapi.CLayouts.u16;
import static io.jvfio.internal.uapi.CLayouts.u32;
import static io.jvfio.internal.uapi.CLayouts.u64;
import static io.jvfio.internal.uapi.CLayouts.u8;

/**
 * {@code struct vfio_device_info_cap_zpci_base} of {@code include/uapi/linux/vfio_zdev.h}, since Linux 5.10: a zPCI
 * function.
 *
 * <p>Threads: immutable.
 *
 * @param header its id, its version, and where the next capability starts
 * @param startDma the first DMA address of the function
 * @param endDma the last DMA address of the function, inclusive
 * @param pchid the physical channel id
 * @param vfn the virtual function number; 0 for a physical function
 * @param fmbLength of the function measurement block, in bytes
 * @param pft the function type
 * @param gid the id of the function group
 * @param fh the function handle; 0 before version 2 (Linux 6.0)
 * @param ccdfErrLength of an error record, in bytes; 0 before version 3 (Linux 7.3)
 */
public record VfioDeviceInfoCapZpciBase(
        VfioInfoCapHeader header,
        long startDma,
        long endDma,
        int pchid,
        int vfn,
        int fmbLength,
        int pft,
        int gid,
        int fh,
        int ccdfErrLength) {
    /** The C struct. */
    public static final Struct<VfioDeviceInfoCapZpciBase> STRUCT = Struct.grown(
            VfioDeviceInfoCapZpciBase.class,
            32,
            struct("header", VfioInfoCapHeader.STRUCT),
            u64("start_dma", "end_dma"),
            u16("pchid", "vfn", "fmb_length"),
            u8("pft", "gid"),
            u32("fh", "ccdf_err_length"));
}
