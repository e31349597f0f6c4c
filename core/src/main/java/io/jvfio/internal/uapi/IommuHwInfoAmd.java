// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static io.jvfio.internal.uapi.CLayouts.clear;
import static io.jvfio.internal.uapi.CLayouts.field;
import static io.jvfio.internal.uapi.CLayouts.struct;
import static io.jvfio.internal.uapi.CLayouts.u64;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.VarHandle;

/**
 * {@code struct iommu_hw_info_amd} of {@code include/uapi/linux/iommufd.h}, since Linux 7.0: the IOMMU, if it is
 * AMD's.
 *
 * <p>Threads: immutable.
 *
 * @param efr the extended feature register
 * @param efr2 the extended feature 2 register
 */
public record IommuHwInfoAmd(long efr, long efr2) implements IommuHwInfoData {
    /** The C layout. */
    public static final StructLayout LAYOUT = struct("iommu_hw_info_amd", u64("efr"), u64("efr2"));

    private static final VarHandle EFR = field(LAYOUT, "efr");
    private static final VarHandle EFR2 = field(LAYOUT, "efr2");

    /** Decodes the struct at the start of {@code segment}. */
    public static IommuHwInfoAmd read(MemorySegment segment) {
        return new IommuHwInfoAmd((long) EFR.get(segment), (long) EFR2.get(segment));
    }

    /** Encodes the struct at the start of {@code segment}. */
    public void fill(MemorySegment segment) {
        clear(LAYOUT, segment);
        EFR.set(segment, efr);
        EFR2.set(segment, efr2);
    }
}
