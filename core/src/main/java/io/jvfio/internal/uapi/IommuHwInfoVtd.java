// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static io.jvfio.internal.uapi.CLayouts.clear;
import static io.jvfio.internal.uapi.CLayouts.field;
import static io.jvfio.internal.uapi.CLayouts.struct;
import static io.jvfio.internal.uapi.CLayouts.u32;
import static io.jvfio.internal.uapi.CLayouts.u64;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.VarHandle;

/**
 * {@code struct iommu_hw_info_vtd} of {@code include/uapi/linux/iommufd.h}, since Linux 6.6: the IOMMU, if it is
 * Intel VT-d.
 *
 * <p>Threads: immutable.
 *
 * @param flags {@code IOMMU_HW_INFO_VTD_}
 * @param capReg the capability register
 * @param ecapReg the extended capability register
 */
public record IommuHwInfoVtd(int flags, long capReg, long ecapReg) implements IommuHwInfoData {
    /** The C layout. */
    public static final StructLayout LAYOUT =
            struct("iommu_hw_info_vtd", u32("flags"), u32("__reserved"), u64("cap_reg"), u64("ecap_reg"));

    /** A parent with read-only mappings cannot have nested tables. */
    public static final int IOMMU_HW_INFO_VTD_ERRATA_772415_SPR17 = 1 << 0;

    private static final VarHandle FLAGS = field(LAYOUT, "flags");
    private static final VarHandle CAP_REG = field(LAYOUT, "cap_reg");
    private static final VarHandle ECAP_REG = field(LAYOUT, "ecap_reg");

    /** Decodes the struct at the start of {@code segment}. */
    public static IommuHwInfoVtd read(MemorySegment segment) {
        return new IommuHwInfoVtd((int) FLAGS.get(segment), (long) CAP_REG.get(segment), (long) ECAP_REG.get(segment));
    }

    /** Encodes the struct at the start of {@code segment}. */
    public void fill(MemorySegment segment) {
        clear(LAYOUT, segment);
        FLAGS.set(segment, flags);
        CAP_REG.set(segment, capReg);
        ECAP_REG.set(segment, ecapReg);
    }
}
