// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static io.jvfio.internal.uapi.CLayouts.clear;
import static io.jvfio.internal.uapi.CLayouts.field;
import static io.jvfio.internal.uapi.CLayouts.sizeOf;
import static io.jvfio.internal.uapi.CLayouts.struct;
import static io.jvfio.internal.uapi.CLayouts.u32;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.VarHandle;

/**
 * {@code struct vfio_device_detach_iommufd_pt} of {@code include/uapi/linux/vfio.h}, since Linux 6.6: ends
 * {@link VfioDeviceAttachIommufdPt}; DMA is blocked from then on.
 *
 * <p>Threads: immutable.
 *
 * @param flags {@code VFIO_DEVICE_DETACH_}
 * @param pasid only with {@link #VFIO_DEVICE_DETACH_PASID}
 */
public record VfioDeviceDetachIommufdPt(int flags, int pasid) {
    /** The C layout. */
    public static final StructLayout LAYOUT =
            struct("vfio_device_detach_iommufd_pt", u32("argsz"), u32("flags"), u32("pasid"));

    /** Detaches; in: all. */
    public static final Ioctl VFIO_DEVICE_DETACH_IOMMUFD_PT = Ioctl.vfio("VFIO_DEVICE_DETACH_IOMMUFD_PT", 20);

    /** For one PASID of the device; since Linux 6.15. */
    public static final int VFIO_DEVICE_DETACH_PASID = 1 << 0;

    private static final VarHandle ARGSZ = field(LAYOUT, "argsz");
    private static final VarHandle FLAGS = field(LAYOUT, "flags");
    private static final VarHandle PASID = field(LAYOUT, "pasid");

    /** Decodes the struct at the start of {@code segment}. */
    public static VfioDeviceDetachIommufdPt read(MemorySegment segment) {
        return new VfioDeviceDetachIommufdPt((int) FLAGS.get(segment), (int) PASID.get(segment));
    }

    /** Encodes the struct at the start of {@code segment}, its size included. */
    public void fill(MemorySegment segment) {
        clear(LAYOUT, segment);
        ARGSZ.set(segment, sizeOf(LAYOUT));
        FLAGS.set(segment, flags);
        PASID.set(segment, pasid);
    }
}
