// SPDX-License-Identifier: Apache-2.0
package io.jvfio.iommu;

import io.jvfio.Hex;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/** Whether what is to be mapped, and where, fits the IOMMU's pages and the rights asked for. */
final class MapChecks {

    private MapChecks() {}

    /** Checks memory before it is mapped. */
    static void source(DmaSource source, Access access, long granule) {
        if (source.length() <= 0) {
            throw new IllegalArgumentException("memory of length " + source.length() + " cannot be mapped for DMA");
        }
        MemorySegment memory = source.local();
        if (memory != null) {
            memory(memory, access, granule);
        }
        if (source instanceof DmaSource.File file) {
            aligned("file offset", file.offset(), granule);
        }
    }

    private static void memory(MemorySegment memory, Access access, long granule) {
        aligned("address", memory.address(), granule);
        aligned("length", memory.byteSize(), granule);
        if (access.writable() && memory.isReadOnly()) {
            throw new IllegalArgumentException(
                    "read-only memory at " + Hex.of(memory.address()) + " cannot be mapped for a device that writes");
        }
    }

    private static void aligned(String what, long value, long granule) {
        if ((value & (granule - 1)) != 0) {
            throw new IllegalArgumentException(
                    what + " " + Hex.of(value) + " is not a multiple of the IOMMU's page size " + Hex.of(granule));
        }
    }

    /** The range of a request with a fixed address. */
    static IovaRange fixed(DmaSource source, MapRequest request, long granule) {
        IovaRange range = IovaRange.of(request.iova(), source.length());
        if (!(source instanceof DmaSource.Remote)) {
            aligned("fixed IOVA", request.iova(), granule);
        }
        if (!request.within().contains(range)) {
            throw new IllegalArgumentException("fixed range " + range + " is not within " + request.within()
                    + ", which is what the device reaches");
        }
        return range;
    }

    /** Whether a mapping also fits pages of this size. */
    static boolean aligned(RegisteredMapping mapping, long granule) {
        MemorySegment memory = mapping.source().local();
        return memory == null || ((mapping.iova() | memory.address() | memory.byteSize()) & (granule - 1)) == 0;
    }

    /** The largest of the IOMMU's pages that can be used for a mapping. */
    static long largestPage(long pageSizes, RegisteredMapping mapping) {
        MemorySegment memory = mapping.source().local();
        long address = mapping.iova() | (memory == null ? 0 : memory.address());
        long largest = 0;
        for (long rest = pageSizes; rest != 0; rest &= rest - 1) {
            long page = Long.lowestOneBit(rest);
            if ((address & (page - 1)) == 0 && Long.compareUnsigned(page, mapping.length()) <= 0) {
                largest = page;
            }
        }
        return largest;
    }

    /** The runs that a backend found, neighbours merged, after checking that the device can use them. */
    static List<IovaRange> found(List<IovaRange> runs, DmaSource source, MapRequest request) {
        List<IovaRange> merged = new ArrayList<>();
        long length = 0;
        for (IovaRange run : runs) {
            if (!request.within().contains(run)) {
                throw new IovaExhaustedException("the memory lies at " + run + ", outside " + request.within()
                        + ", which is what the device reaches; without an IOMMU no other address can be had");
            }
            length += run.last() - run.start() + 1;
            IovaRange top = merged.isEmpty() ? null : merged.getLast();
            if (top != null && top.last() + 1 == run.start()) {
                merged.set(merged.size() - 1, new IovaRange(top.start(), run.last()));
            } else {
                merged.add(run);
            }
        }
        if (length != source.length()) {
            throw new IllegalStateException(
                    "runs of " + Hex.of(length) + " bytes were found for memory of " + Hex.of(source.length()));
        }
        if ((merged.getFirst().start() & (request.alignment() - 1)) != 0) {
            throw new IovaExhaustedException("the memory lies at " + merged.getFirst() + ", not aligned to "
                    + Hex.of(request.alignment()) + "; without an IOMMU no other address can be had");
        }
        return List.copyOf(merged);
    }
}
