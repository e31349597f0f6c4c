// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static io.jvfio.internal.uapi.CLayouts.u32;
import static io.jvfio.internal.uapi.CLayouts.u64;

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
    /** The C struct. */
    public static final Struct<IommuHwptPgfault> STRUCT = Struct.of(
            IommuHwptPgfault.class,
            u32("flags", "dev_id", "pasid", "grpid", "perm", "__reserved"),
            u64("addr"),
            u32("length", "cookie"));

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
}
