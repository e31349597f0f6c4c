// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static io.jvfio.internal.uapi.CLayouts.u64;

/**
 * {@code struct iommu_iova_range} of {@code include/uapi/linux/iommufd.h}, since Linux 6.2: a range of IOVAs.
 *
 * <p>Threads: immutable.
 *
 * @param start the first one
 * @param last the last one, inclusive
 */
public record IommuIovaRange(long start, long last) {
    /** The C struct. */
    public static final Struct<IommuIovaRange> STRUCT = Struct.of(IommuIovaRange.class, u64("start", "last"));
}
