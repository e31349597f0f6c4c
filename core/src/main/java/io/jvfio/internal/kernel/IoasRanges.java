// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.kernel;

import static io.jvfio.internal.uapi.IommuIoasIovaRanges.IOMMU_IOAS_IOVA_RANGES;

import io.jvfio.Errno;
import io.jvfio.VfioException;
import io.jvfio.internal.sys.Descriptor;
import io.jvfio.internal.sys.SystemCalls;
import io.jvfio.internal.uapi.IommuIoasIovaRanges;
import io.jvfio.internal.uapi.IommuIovaRange;
import io.jvfio.iommu.IovaRange;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * Where IOVAs of an IOAS may lie ({@code IOMMU_IOAS_IOVA_RANGES}).
 *
 * <p>Threads: immutable.
 *
 * @param usable the ranges
 * @param granule what addresses and lengths must be multiples of, in bytes
 */
record IoasRanges(List<IovaRange> usable, long granule) {

    private static final int FIRST_GUESS = 16;
    private static final int MOST = 1 << 16;
    private static final int GROWTHS = 8;

    static IoasRanges read(Descriptor iommufd, int ioas, SystemCalls sys) {
        String subject = "IOAS " + ioas;
        int room = FIRST_GUESS;
        for (int i = 0; i < GROWTHS; i++) {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment ranges = arena.allocate(IommuIovaRange.STRUCT.layout(), room);
                MemorySegment argument = IommuIoasIovaRanges.STRUCT.allocate(
                        arena, IommuIoasIovaRanges.request(ioas, room, ranges.address()));
                int result = iommufd.ioctl(IOMMU_IOAS_IOVA_RANGES.request(), argument);
                IommuIoasIovaRanges answer = IommuIoasIovaRanges.STRUCT.read(argument);
                if (result != -Errno.EMSGSIZE) {
                    Ioctls.check(result, IOMMU_IOAS_IOVA_RANGES.name(), subject);
                    return decode(answer, ranges, room, sys);
                }
                if (Integer.compareUnsigned(answer.numIovas(), MOST) > 0) {
                    break;
                }
                room = answer.numIovas();
            }
        }
        throw new VfioException(
                IOMMU_IOAS_IOVA_RANGES.name(), Errno.EMSGSIZE, subject, "the number of ranges keeps growing");
    }

    private static IoasRanges decode(IommuIoasIovaRanges answer, MemorySegment ranges, int room, SystemCalls sys) {
        List<IovaRange> usable = new ArrayList<>();
        int count = Math.clamp(Integer.toUnsignedLong(answer.numIovas()), 0, room);
        for (int i = 0; i < count; i++) {
            long size = IommuIovaRange.STRUCT.byteSize();
            IommuIovaRange range = IommuIovaRange.STRUCT.read(ranges.asSlice(i * size, size));
            usable.add(new IovaRange(range.start(), range.last()));
        }
        return new IoasRanges(List.copyOf(usable), Math.max(sys.pageSize(), answer.outIovaAlignment()));
    }
}
