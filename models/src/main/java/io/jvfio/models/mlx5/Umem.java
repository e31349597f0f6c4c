// SPDX-License-Identifier: Apache-2.0
package io.jvfio.models.mlx5;

import io.jvfio.mmio.BigWord64;
import io.jvfio.vendor.mlx.spec.CommandStatus;
import io.jvfio.vendor.mlx.spec.CommandWords;

/**
 * Memory that a driver has registered: pages, in which others name offsets.
 *
 * <p>Threads: immutable but for what it inherits.
 */
final class Umem extends Numbered {
    private static final int PAGE_SHIFT = 12;
    private static final int LARGEST_LOG_PAGE = 20;

    /** The low bits of an address say what may be done there. */
    private static final long RIGHTS = 3;

    private final long[] pages;
    private final int shift;
    private final long start;

    private Umem(int number, long[] pages, int shift, long start) {
        super(number);
        this.pages = pages;
        this.shift = shift;
        this.start = start;
    }

    /** Reads what CREATE_UMEM says. */
    static Umem of(int number, Call call) {
        long count = CommandWords.UMEM_PAGES.of(call.input());
        boolean fits = count > 0 && count <= (call.inputLength() - CommandWords.UMEM_PAGES_AT) / Long.BYTES;
        Refusal.unless(fits, CommandStatus.BAD_INPUT_LENGTH, 0x6006);
        int logPage = CommandWords.UMEM_LOG_PAGE.of(call.input());
        Refusal.unless(logPage <= LARGEST_LOG_PAGE, CommandStatus.BAD_PARAMETER, 0x6007);
        int shift = PAGE_SHIFT + logPage;
        long start = Integer.toUnsignedLong(CommandWords.UMEM_PAGE_OFFSET.of(call.input()));
        Refusal.unless(start < 1L << shift, CommandStatus.BAD_PARAMETER, 0x6010);
        long[] pages = new long[(int) count];
        for (int i = 0; i < count; i++) {
            long page = BigWord64.at(CommandWords.UMEM_PAGES_AT).of(call.input(), (long) Long.BYTES * i);
            Refusal.unless((page & 0xfff & ~RIGHTS) == 0, CommandStatus.BAD_PARAMETER, 0x6008);
            pages[i] = page & ~RIGHTS;
        }
        return new Umem(number, pages, shift, start);
    }

    /**
     * Where a piece is that does not cross a page.
     *
     * @param offset from where the memory starts
     * @param length bytes
     */
    long address(long offset, int length) {
        long size = ((long) pages.length << shift) - start;
        Refusal.unless(offset >= 0 && offset <= size - length, CommandStatus.BAD_PARAMETER, 0x6011);
        long at = start + offset;
        long inPage = at & (1L << shift) - 1;
        Refusal.unless(inPage + length <= 1L << shift, CommandStatus.BAD_PARAMETER, 0x6012);
        return pages[(int) (at >>> shift)] + inPage;
    }
}
