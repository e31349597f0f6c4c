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
 * {@code struct iommu_hwpt_pgfault} of {@code include/uapi/linux/iommufd.h}, since Linux 6.11: a page fault, read
 * from a fault queue.
 *
 * <p>Threads: immutable.
 *
 * @param flags {@code IOMMU_PGFAULT_FLAGS_}
 * @param devId which device
 * @param pasid only with {@link #IOMMU_PGFAULT_FLAGS_PASID_VALID}
 * @param grpid which page request group
 * @param perm {@code IOMMU_PGFAULT_PERM_}
 * @param addr the address that faulted
 * @param length a hint how much is wanted, in bytes; 0 for none
 * @param cookie names the group in the response
 */
public record IommuHwptPgfault(
        int flags, int devId, int pasid, int grpid, int perm, long addr, int length, int cookie) {
    /** The C layout. */
    public static final StructLayout LAYOUT = struct(
            "iommu_hwpt_pgfault",
            u32("flags"),
            u32("dev_id"),
            u32("pasid"),
            u32("grpid"),
            u32("perm"),
            u32("__reserved"),
            u64("addr"),
            u32("length"),
            u32("cookie"));

    /** There is a PASID. */
    public static final int IOMMU_PGFAULT_FLAGS_PASID_VALID = 1 << 0;

    /** The last fault of its group. */
    public static final int IOMMU_PGFAULT_FLAGS_LAST_PAGE = 1 << 1;

    /** A read. */
    public static final int IOMMU_PGFAULT_PERM_READ = 1 << 0;

    /** A write. */
    public static final int IOMMU_PGFAULT_PERM_WRITE = 1 << 1;

    /** An instruction fetch. */
    public static final int IOMMU_PGFAULT_PERM_EXEC = 1 << 2;

    /** A privileged access. */
    public static final int IOMMU_PGFAULT_PERM_PRIV = 1 << 3;

    private static final VarHandle FLAGS = field(LAYOUT, "flags");
    private static final VarHandle DEV_ID = field(LAYOUT, "dev_id");
    private static final VarHandle PASID = field(LAYOUT, "pasid");
    private static final VarHandle GRPID = field(LAYOUT, "grpid");
    private static final VarHandle PERM = field(LAYOUT, "perm");
    private static final VarHandle ADDR = field(LAYOUT, "addr");
    private static final VarHandle LENGTH = field(LAYOUT, "length");
    private static final VarHandle COOKIE = field(LAYOUT, "cookie");

    /** Decodes the struct at the start of {@code segment}. */
    public static IommuHwptPgfault read(MemorySegment segment) {
        return new IommuHwptPgfault(
                (int) FLAGS.get(segment),
                (int) DEV_ID.get(segment),
                (int) PASID.get(segment),
                (int) GRPID.get(segment),
                (int) PERM.get(segment),
                (long) ADDR.get(segment),
                (int) LENGTH.get(segment),
                (int) COOKIE.get(segment));
    }

    /** Encodes the struct at the start of {@code segment}. */
    public void fill(MemorySegment segment) {
        clear(LAYOUT, segment);
        FLAGS.set(segment, flags);
        DEV_ID.set(segment, devId);
        PASID.set(segment, pasid);
        GRPID.set(segment, grpid);
        PERM.set(segment, perm);
        ADDR.set(segment, addr);
        LENGTH.set(segment, length);
        COOKIE.set(segment, cookie);
    }
}
