// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static io.jvfio.internal.uapi.CLayouts.clear;
import static io.jvfio.internal.uapi.CLayouts.field;
import static io.jvfio.internal.uapi.CLayouts.sizeOf;
import static io.jvfio.internal.uapi.CLayouts.struct;
import static io.jvfio.internal.uapi.CLayouts.u32;
import static io.jvfio.internal.uapi.CLayouts.u64;
import static io.jvfio.internal.uapi.IommufdCommand.IOMMUFD_CMD_VDEVICE_ALLOC;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.VarHandle;

/**
 * {@code struct iommu_vdevice_alloc} of {@code include/uapi/linux/iommufd.h}, since Linux 6.13: makes a virtual
 * device: a device as the guest of a vIOMMU names it.
 *
 * <p>Threads: immutable.
 *
 * @param viommuId of the vIOMMU
 * @param devId which device
 * @param outVdeviceId its id
 * @param virtId the name in the guest: a stream id, a device id, or a requester id
 */
public record IommuVdeviceAlloc(int viommuId, int devId, int outVdeviceId, long virtId) {
    /** The C layout. */
    public static final StructLayout LAYOUT = struct(
            "iommu_vdevice_alloc", u32("size"), u32("viommu_id"), u32("dev_id"), u32("out_vdevice_id"), u64("virt_id"));

    /** Makes one; out: id. */
    public static final Ioctl IOMMU_VDEVICE_ALLOC = Ioctl.iommufd("IOMMU_VDEVICE_ALLOC", IOMMUFD_CMD_VDEVICE_ALLOC);

    private static final VarHandle SIZE = field(LAYOUT, "size");
    private static final VarHandle VIOMMU_ID = field(LAYOUT, "viommu_id");
    private static final VarHandle DEV_ID = field(LAYOUT, "dev_id");
    private static final VarHandle OUT_VDEVICE_ID = field(LAYOUT, "out_vdevice_id");
    private static final VarHandle VIRT_ID = field(LAYOUT, "virt_id");

    /** Returns what to send. */
    public static IommuVdeviceAlloc request(int viommuId, int devId, long virtId) {
        return new IommuVdeviceAlloc(viommuId, devId, 0, virtId);
    }

    /** Decodes the struct at the start of {@code segment}. */
    public static IommuVdeviceAlloc read(MemorySegment segment) {
        return new IommuVdeviceAlloc(
                (int) VIOMMU_ID.get(segment), (int) DEV_ID.get(segment), (int) OUT_VDEVICE_ID.get(segment), (long)
                        VIRT_ID.get(segment));
    }

    /** Encodes the struct at the start of {@code segment}, its size included. */
    public void fill(MemorySegment segment) {
        clear(LAYOUT, segment);
        SIZE.set(segment, sizeOf(LAYOUT));
        VIOMMU_ID.set(segment, viommuId);
        DEV_ID.set(segment, devId);
        OUT_VDEVICE_ID.set(segment, outVdeviceId);
        VIRT_ID.set(segment, virtId);
    }
}
