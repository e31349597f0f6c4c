// SPDX-License-Identifier: Apache-2.0
package io.jvfio.models.mlx5;

import io.jvfio.mmio.BigWord64;
import io.jvfio.vendor.mlx.spec.CommandStatus;
import java.lang.foreign.MemorySegment;

/**
 * Where a queue lies in memory: pages, and entries of 64 bytes in them.
 *
 * <p>Threads: immutable.
 */
final class Ring {
    private static final int LOG_ENTRY = 6;
    private static final int PAGE_SHIFT = 12;
    private static final int LARGEST_PAGE = 20;

    private final long[] pages;
    private final int pageShift;
    private final int logSize;

    private Ring(long[] pages, int pageShift, int logSize) {
        this.pages = pages;
        this.pageShift = pageShift;
        this.logSize = logSize;
    }

    /**
     * Reads the pages that a command gives.
     *
     * @param call the command
     * @param at where the addresses start in its input
     * @param logSize entries
     * @param logPage a page is 4096 bytes shifted left by this
     */
    static Ring of(Call call, int at, int logSize, int logPage) {
        Refusal.unless(logPage <= LARGEST_PAGE, CommandStatus.BAD_PARAMETER, 0x1101);
        int shift = PAGE_SHIFT + logPage;
        int count = (int) Math.max(1, (1L << logSize + LOG_ENTRY) + (1L << shift) - 1 >>> shift);
        Refusal.unless(call.inputLength() >= at + Long.BYTES * count, CommandStatus.BAD_INPUT_LENGTH, 0x1102);
        MemorySegment input = call.input();
        long[] pages = new long[count];
        for (int i = 0; i < count; i++) {
            pages[i] = BigWord64.at(at).of(input, (long) Long.BYTES * i);
            Refusal.unless(pages[i] != 0 && (pages[i] & 0xfff) == 0, CommandStatus.BAD_PARAMETER, 0x1103);
        }
        return new Ring(pages, shift, logSize);
    }

    /** A ring that starts on a page of registered memory. */
    static Ring of(Umem memory, long offset, int logSize) {
        Refusal.unless((offset & 0xfff) == 0, CommandStatus.BAD_PARAMETER, 0x1104);
        long bytes = 1L << logSize + LOG_ENTRY;
        int piece = (int) Math.min(bytes, 1L << PAGE_SHIFT);
        long[] pages = new long[(int) (bytes / piece)];
        for (int i = 0; i < pages.length; i++) {
            pages[i] = memory.address(offset + (long) piece * i, piece);
        }
        return new Ring(pages, PAGE_SHIFT, logSize);
    }

    int logSize() {
        return logSize;
    }

    int size() {
        return 1 << logSize;
    }

    /** The address of an entry; the index may have gone round. */
    long address(int index) {
        long offset = (long) (index & size() - 1) << LOG_ENTRY;
        return pages[(int) (offset >>> pageShift)] + (offset & (1L << pageShift) - 1);
    }

    /** Which lap an index is in: 0 or 1. */
    int owner(int index) {
        return index >>> logSize & 1;
    }

    /** Writes the addresses of the pages into an output. */
    void tell(MemorySegment output, int at) {
        for (int i = 0; i < pages.length && at + Long.BYTES * (i + 1) <= output.byteSize(); i++) {
            BigWord64.at(at).set(output, (long) Long.BYTES * i, pages[i]);
        }
    }

    int pageCount() {
        return pages.length;
    }
}
