// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static io.jvfio.internal.uapi.CLayouts.clear;
import static io.jvfio.internal.uapi.CLayouts.field;
import static io.jvfio.internal.uapi.CLayouts.struct;
import static io.jvfio.internal.uapi.CLayouts.toU8;
import static io.jvfio.internal.uapi.CLayouts.u32;
import static io.jvfio.internal.uapi.CLayouts.u8;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.VarHandle;

/**
 * {@code struct iommu_hw_info_tegra241_cmdqv} of {@code include/uapi/linux/iommufd.h}, since Linux 6.17: the command
 * queue virtualization of NVIDIA Tegra241, beside an SMMUv3.
 *
 * <p>Threads: immutable.
 *
 * @param flags 0
 * @param version of the hardware
 * @param log2vcmdqs log2 of how many command queues a virtual interface has
 * @param log2vsids log2 of how many stream ids a virtual interface has
 */
public record IommuHwInfoTegra241Cmdqv(int flags, int version, int log2vcmdqs, int log2vsids)
        implements IommuHwInfoData {
    /** The C layout. */
    public static final StructLayout LAYOUT = struct(
            "iommu_hw_info_tegra241_cmdqv",
            u32("flags"),
            u8("version"),
            u8("log2vcmdqs"),
            u8("log2vsids"),
            u8("__reserved"));

    private static final VarHandle FLAGS = field(LAYOUT, "flags");
    private static final VarHandle VERSION = field(LAYOUT, "version");
    private static final VarHandle LOG2VCMDQS = field(LAYOUT, "log2vcmdqs");
    private static final VarHandle LOG2VSIDS = field(LAYOUT, "log2vsids");

    /** Decodes the struct at the start of {@code segment}. */
    public static IommuHwInfoTegra241Cmdqv read(MemorySegment segment) {
        return new IommuHwInfoTegra241Cmdqv(
                (int) FLAGS.get(segment),
                Byte.toUnsignedInt((byte) VERSION.get(segment)),
                Byte.toUnsignedInt((byte) LOG2VCMDQS.get(segment)),
                Byte.toUnsignedInt((byte) LOG2VSIDS.get(segment)));
    }

    /** Encodes the struct at the start of {@code segment}. */
    public void fill(MemorySegment segment) {
        clear(LAYOUT, segment);
        FLAGS.set(segment, flags);
        VERSION.set(segment, toU8(version));
        LOG2VCMDQS.set(segment, toU8(log2vcmdqs));
        LOG2VSIDS.set(segment, toU8(log2vsids));
    }
}
