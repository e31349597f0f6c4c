// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static io.jvfio.internal.uapi.CLayouts.clear;
import static io.jvfio.internal.uapi.CLayouts.field;
import static io.jvfio.internal.uapi.CLayouts.s32;
import static io.jvfio.internal.uapi.CLayouts.sizeOf;
import static io.jvfio.internal.uapi.CLayouts.struct;
import static io.jvfio.internal.uapi.CLayouts.u32;
import static io.jvfio.internal.uapi.CLayouts.u64;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.VarHandle;

/**
 * {@code struct vfio_device_bind_iommufd} of {@code include/uapi/linux/vfio.h}, since Linux 6.6: gives a device from
 * a cdev to an iommufd; until then the device can do nothing.
 *
 * <p>Threads: immutable.
 *
 * @param flags {@code VFIO_DEVICE_BIND_FLAG_}
 * @param iommufd the descriptor of the iommufd
 * @param outDevid the id of the device in the iommufd
 * @param tokenUuidPtr the address of a {@link VfToken}; only with {@link #VFIO_DEVICE_BIND_FLAG_TOKEN}
 */
public record VfioDeviceBindIommufd(int flags, int iommufd, int outDevid, long tokenUuidPtr) {
    /** The C layout. */
    public static final StructLayout LAYOUT = struct(
            "vfio_device_bind_iommufd",
            u32("argsz"),
            u32("flags"),
            s32("iommufd"),
            u32("out_devid"),
            u64("token_uuid_ptr"));

    /** Binds; in: flags, iommufd, token; out: devid. */
    public static final Ioctl VFIO_DEVICE_BIND_IOMMUFD = Ioctl.vfio("VFIO_DEVICE_BIND_IOMMUFD", 18);

    /** There is a VF token; since Linux 6.17. */
    public static final int VFIO_DEVICE_BIND_FLAG_TOKEN = 1 << 0;

    private static final VarHandle ARGSZ = field(LAYOUT, "argsz");
    private static final VarHandle FLAGS = field(LAYOUT, "flags");
    private static final VarHandle IOMMUFD = field(LAYOUT, "iommufd");
    private static final VarHandle OUT_DEVID = field(LAYOUT, "out_devid");
    private static final VarHandle TOKEN_UUID_PTR = field(LAYOUT, "token_uuid_ptr");

    /** Decodes the struct at the start of {@code segment}. */
    public static VfioDeviceBindIommufd read(MemorySegment segment) {
        return new VfioDeviceBindIommufd(
                (int) FLAGS.get(segment), (int) IOMMUFD.get(segment), (int) OUT_DEVID.get(segment), (long)
                        TOKEN_UUID_PTR.get(segment));
    }

    /** Encodes the struct at the start of {@code segment}, its size included. */
    public void fill(MemorySegment segment) {
        clear(LAYOUT, segment);
        ARGSZ.set(segment, sizeOf(LAYOUT));
        FLAGS.set(segment, flags);
        IOMMUFD.set(segment, iommufd);
        OUT_DEVID.set(segment, outDevid);
        TOKEN_UUID_PTR.set(segment, tokenUuidPtr);
    }
}
