// SPDX-License-Identifier: Apache-2.0
package io.jvfio.iommu;

import java.util.OptionalLong;

/**
 * The limits that a map can run into.
 *
 * <p>Threads: immutable.
 *
 * @param pageSizes the IOMMU's page sizes, one bit for each: bit 12 is 4 KiB. The smallest is the granule of a map
 * @param mapsLeft how many more maps the carrier takes ({@code VFIO_IOMMU_TYPE1_INFO_DMA_AVAIL}), -1 if it has no limit
 *     that it tells
 * @param lockedLimit how many bytes this process may lock ({@code RLIMIT_MEMLOCK}, soft), -1 if there is no limit or the
 *     process is exempt from it
 * @param lockedUsed how many bytes of that limit are used, as far as the carrier's way of counting shows in
 *     {@code /proc/self/status}, -1 if unknown
 */
public record Limits(long pageSizes, long mapsLeft, long lockedLimit, long lockedUsed) {

    /** The smallest page of the IOMMU in bytes: addresses and lengths of maps are multiples of it. */
    public long granule() {
        return Long.lowestOneBit(pageSizes);
    }

    /** How many more maps can be made, or empty without such a limit. */
    public OptionalLong remainingMaps() {
        return mapsLeft < 0 ? OptionalLong.empty() : OptionalLong.of(mapsLeft);
    }

    /** How many more bytes can be locked, or empty without such a limit. */
    public OptionalLong remainingLocked() {
        return lockedLimit < 0
                ? OptionalLong.empty()
                : OptionalLong.of(Math.max(0, lockedLimit - Math.max(0, lockedUsed)));
    }
}
