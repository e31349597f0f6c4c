// SPDX-License-Identifier: Apache-2.0
package io.jvfio.emulation.nvme;

import static io.jvfio.driver.nvme.spec.StatusCode.DATA_TRANSFER_ERROR;
import static io.jvfio.driver.nvme.spec.StatusCode.PRP_OFFSET_INVALID;
import static io.jvfio.driver.nvme.spec.StatusCode.SUCCESS;

import io.jvfio.driver.nvme.spec.StatusCode;
import io.jvfio.mmio.Layouts;
import java.lang.foreign.MemorySegment;

/**
 * Physical region pages (4.3): the first entry may start anywhere in its page, all others start a page; the second is a
 * page, or a list of pages whose last entry leads to the next list.
 *
 * <p>Threads: one at a time.
 */
final class PrpWalker {
    private static final int DWORD_BITS = 3;
    private static final int ENTRY = Long.BYTES;
    private static final int SMALLEST_PAGE = 4096;

    private final GuestMemory memory;
    private final SegmentList pieces;
    private final MemorySegment list;
    private long page = SMALLEST_PAGE;

    /**
     * Reads from memory, adds to pieces.
     *
     * @param list room for a page of entries
     */
    PrpWalker(GuestMemory memory, SegmentList pieces, MemorySegment list) {
        this.memory = memory;
        this.pieces = pieces;
        this.list = list;
    }

    void pageSize(int bytes) {
        page = bytes;
    }

    /** Finds the memory of {@code length} bytes, more than 0. */
    StatusCode walk(long prp1, long prp2, long length) {
        if ((prp1 & DWORD_BITS) != 0) {
            return PRP_OFFSET_INVALID;
        }
        long first = Math.min(length, page - offset(prp1));
        pieces.add(prp1, first);
        long left = length - first;
        if (left == 0) {
            return SUCCESS;
        }
        if (left > page) {
            return walkLists(prp2, left);
        }
        if (offset(prp2) != 0) {
            return PRP_OFFSET_INVALID;
        }
        pieces.add(prp2, left);
        return SUCCESS;
    }

    /** A list ends with its page. Only the first one may start inside a page, so each further one makes progress. */
    private StatusCode walkLists(long start, long length) {
        if (start % ENTRY != 0) {
            return PRP_OFFSET_INVALID;
        }
        long pointer = start;
        long left = length;
        while (true) {
            long room = (page - offset(pointer)) / ENTRY;
            long needed = (left + page - 1) / page;
            boolean more = needed > room;
            long entries = more ? room - 1 : needed;
            if (!memory.read(pointer, list, 0, (more ? room : needed) * ENTRY)) {
                return DATA_TRANSFER_ERROR;
            }
            for (int i = 0; i < entries; i++) {
                long entry = list.get(Layouts.LE_LONG, (long) i * ENTRY);
                long part = Math.min(page, left);
                if (offset(entry) != 0 || !pieces.add(entry, part)) {
                    return PRP_OFFSET_INVALID;
                }
                left -= part;
            }
            if (!more) {
                return SUCCESS;
            }
            pointer = list.get(Layouts.LE_LONG, entries * ENTRY);
            if (offset(pointer) != 0) {
                return PRP_OFFSET_INVALID;
            }
        }
    }

    private long offset(long address) {
        return address & page - 1;
    }
}
