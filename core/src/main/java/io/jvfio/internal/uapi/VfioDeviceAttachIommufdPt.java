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
 * {@code struct vfio_device_attach_iommufd_pt} of {@code include/uapi/linux/vfio.h}, since Linux 6.6: has a device do
 * DMA through an IOAS or page table.
 *
 * <p>Threads: immutable.
 *
 * @param flags {@code VFIO_DEVICE_ATTACH_}
 * @param ptId the id of the IOAS or HWPT; out: of the HWPT that was chosen
 * @param pasid only with {@link #VFIO_DEVICE_ATTACH_PASID}
 */
public record VfioDeviceAttachIommufdPt(int flags, int ptId, int pasid) {
    /** The C layout. */
    public static final StructLayout LAYOUT =
            struct("vfio_device_attach_iommufd_pt", u32("argsz"), u32("flags"), u32("pt_id"), u32("pasid"));

    /** Attaches, or replaces what was attached. */
    public static final Ioctl VFIO_DEVICE_ATTACH_IOMMUFD_PT = Ioctl.vfio("VFIO_DEVICE_ATTACH_IOMMUFD_PT", 19);

    /** For one PASID of the device; since Linux 6.15. */
    public static final int VFIO_DEVICE_ATTACH_PASID = 1 << 0;

    private static final VarHandle ARGSZ = field(LAYOUT, "argsz");
    private static final VarHandle FLAGS = field(LAYOUT, "flags");
    private static final VarHandle PT_ID = field(LAYOUT, "pt_id");
    private static final VarHandle PASID = field(LAYOUT, "pasid");

    /** Decodes the struct at the start of {@code segment}. */
    public static VfioDeviceAttachIommufdPt read(MemorySegment segment) {
        return new VfioDeviceAttachIommufdPt(
                (int) FLAGS.get(segment), (int) PT_ID.get(segment), (int) PASID.get(segment));
    }

    /** Encodes the struct at the start of {@code segment}, its size included. */
    public void fill(MemorySegment segment) {
        clear(LAYOUT, segment);
        ARGSZ.set(segment, sizeOf(LAYOUT));
        FLAGS.set(segment, flags);
        PT_ID.set(segment, ptId);
        PASID.set(segment, pasid);
    }
}
