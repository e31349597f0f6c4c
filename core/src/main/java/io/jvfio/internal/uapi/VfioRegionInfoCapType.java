// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static io.jvfio.internal.uapi.CLayouts.clear;
import static io.jvfio.internal.uapi.CLayouts.field;
import static io.jvfio.internal.uapi.CLayouts.struct;
import static io.jvfio.internal.uapi.CLayouts.u32;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.VarHandle;

/**
 * {@code struct vfio_region_info_cap_type} of {@code include/uapi/linux/vfio.h}, since Linux 4.6: what a region
 * behind the fixed indexes is.
 *
 * <p>Threads: immutable.
 *
 * @param header its id, its version, and where the next capability starts
 * @param type {@code VFIO_REGION_TYPE_}, or {@link VfioRegionType#VFIO_REGION_TYPE_PCI_VENDOR_TYPE} and a PCI vendor
 *     id
 * @param subtype which region of that type
 */
public record VfioRegionInfoCapType(VfioInfoCapHeader header, int type, int subtype) {
    /** The C layout. */
    public static final StructLayout LAYOUT = struct(
            "vfio_region_info_cap_type", VfioInfoCapHeader.LAYOUT.withName("header"), u32("type"), u32("subtype"));

    private static final VarHandle TYPE = field(LAYOUT, "type");
    private static final VarHandle SUBTYPE = field(LAYOUT, "subtype");

    /** Decodes the struct at the start of {@code segment}. */
    public static VfioRegionInfoCapType read(MemorySegment segment) {
        return new VfioRegionInfoCapType(
                VfioInfoCapHeader.read(segment), (int) TYPE.get(segment), (int) SUBTYPE.get(segment));
    }

    /** Encodes the struct at the start of {@code segment}. */
    public void fill(MemorySegment segment) {
        clear(LAYOUT, segment);
        header.fill(segment);
        TYPE.set(segment, type);
        SUBTYPE.set(segment, subtype);
    }
}
