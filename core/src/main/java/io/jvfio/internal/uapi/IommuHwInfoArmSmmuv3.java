// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static io.jvfio.internal.uapi.CLayouts.array;
import static io.jvfio.internal.uapi.CLayouts.clear;
import static io.jvfio.internal.uapi.CLayouts.exactly;
import static io.jvfio.internal.uapi.CLayouts.field;
import static io.jvfio.internal.uapi.CLayouts.struct;
import static io.jvfio.internal.uapi.CLayouts.u32;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.VarHandle;
import java.util.List;

/**
 * {@code struct iommu_hw_info_arm_smmuv3} of {@code include/uapi/linux/iommufd.h}, since Linux 6.13: the IOMMU, if it
 * is Arm SMMUv3.
 *
 * <p>Threads: immutable.
 *
 * @param flags {@code IOMMU_HW_INFO_ARM_SMMUV3_}
 * @param idr the registers IDR0 to IDR5
 * @param iidr the register IIDR
 * @param aidr the register AIDR
 */
public record IommuHwInfoArmSmmuv3(int flags, List<Integer> idr, int iidr, int aidr) implements IommuHwInfoData {
    /** The C layout. */
    public static final StructLayout LAYOUT = struct(
            "iommu_hw_info_arm_smmuv3",
            u32("flags"),
            u32("__reserved"),
            array("idr", 6, JAVA_INT),
            u32("iidr"),
            u32("aidr"));

    /** Invalidation commands must be given twice. */
    public static final int IOMMU_HW_INFO_ARM_SMMUV3_ERRATA_REPEAT_TLBI_CFGI = 1 << 0;

    private static final ArrayMember IDR = ArrayMember.of(LAYOUT, "idr");
    private static final VarHandle FLAGS = field(LAYOUT, "flags");
    private static final VarHandle IIDR = field(LAYOUT, "iidr");
    private static final VarHandle AIDR = field(LAYOUT, "aidr");

    /** Copies the list. */
    public IommuHwInfoArmSmmuv3 {
        idr = exactly(6, idr);
    }

    /** Decodes the struct at the start of {@code segment}. */
    public static IommuHwInfoArmSmmuv3 read(MemorySegment segment) {
        return new IommuHwInfoArmSmmuv3(
                (int) FLAGS.get(segment), IDR.read(segment, 6, CLayouts::int32), (int) IIDR.get(segment), (int)
                        AIDR.get(segment));
    }

    /** Encodes the struct at the start of {@code segment}. */
    public void fill(MemorySegment segment) {
        clear(LAYOUT, segment);
        FLAGS.set(segment, flags);
        IDR.fill(segment, idr, CLayouts::int32);
        IIDR.set(segment, iidr);
        AIDR.set(segment, aidr);
    }
}
