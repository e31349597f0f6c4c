// SPDX-License-Identifier: Apache-2.0
package io.jvfio.iommu;

import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.iommu.MapRequest.Fit;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The allocator against a model that is too simple to be wrong: one bit for each of 256 pages, laid at places where
 * unsigned arithmetic goes wrong. {@code -Djvfio.seed=N} replays a failure.
 */
final class IovaAllocatorPropertyTest {

    private static final int PAGES = 256;
    private static final long PAGE = 0x1000;
    private static final int STEPS = 2_000;
    private static final List<Fit> FITS = List.of(Fit.values());

    /** A place for the 256 pages, and a seed. */
    record Case(long base, long seed) {
        @Override
        public String toString() {
            return "base 0x" + Long.toHexString(base) + ", seed " + seed;
        }
    }

    static List<Case> cases() {
        Long replay = Long.getLong("jvfio.seed");
        long start = replay != null ? replay : System.nanoTime();
        List<Case> cases = new ArrayList<>();
        for (long base : new long[] {0, 0x10_0000, Long.MIN_VALUE - PAGES / 2 * PAGE, -PAGES * PAGE}) {
            for (int i = 0; i < (replay != null ? 1 : 10); i++) {
                cases.add(new Case(base, start + i));
            }
        }
        return cases;
    }

    @ParameterizedTest
    @MethodSource("cases")
    void the_allocator_does_what_a_bitmap_does(Case testCase) {
        new Run(testCase).all();
    }

    /** One run of random operations on both. */
    private static final class Run {
        private final long base;
        private final Random random;
        private final BitSet usable = new BitSet(PAGES);
        private final BitSet used = new BitSet(PAGES);
        private final List<IovaRange> given = new ArrayList<>();
        private final IovaAllocator allocator;

        Run(Case testCase) {
            base = testCase.base();
            random = new Random(testCase.seed());
            usable.set(0, PAGES);
            allocator = new IovaAllocator(List.of(range(0, PAGES)));
        }

        void all() {
            for (int step = 0; step < STEPS; step++) {
                switch (random.nextInt(10)) {
                    case 0, 1, 2, 3 -> allocate();
                    case 4, 5 -> reserve();
                    case 6 -> limit();
                    default -> release();
                }
                assertThat(allocator.count()).isEqualTo(given.size());
            }
            while (!given.isEmpty()) {
                release();
            }
            assertThat(allocator.limit(List.of(range(0, PAGES)))).isNull();
            assertThat(allocator.reserve(range(0, PAGES))).isTrue();
        }

        private void allocate() {
            int pages = 1 + random.nextInt(24);
            int alignment = 1 << random.nextInt(5);
            int from = random.nextInt(PAGES);
            int last = from + random.nextInt(PAGES - from);
            Fit fit = FITS.get(random.nextInt(FITS.size()));
            int expected = modelPlace(pages, alignment, from, last, fit);

            IovaRange actual = allocator.allocate(pages * PAGE, alignment * PAGE, range(from, last - from + 1), fit);

            if (expected < 0) {
                assertThat(actual).isNull();
            } else {
                assertThat(actual).isEqualTo(range(expected, pages));
                take(actual, expected, pages);
            }
        }

        private void reserve() {
            int page = random.nextInt(PAGES);
            int pages = 1 + random.nextInt(Math.min(16, PAGES - page));
            boolean free = isFree(page, pages);

            assertThat(allocator.conflict(range(page, pages)) != null).isEqualTo(intersects(page, pages));
            assertThat(allocator.reserve(range(page, pages))).isEqualTo(free);

            if (free) {
                take(range(page, pages), page, pages);
            }
        }

        private void release() {
            if (given.isEmpty()) {
                return;
            }
            IovaRange range = given.remove(random.nextInt(given.size()));
            allocator.release(range);
            int page = (int) ((range.start() - base) / PAGE);
            used.clear(page, page + (int) ((range.last() - range.start() + 1) / PAGE));
        }

        private void limit() {
            BitSet wanted = new BitSet(PAGES);
            wanted.set(0, PAGES);
            for (int i = random.nextInt(4); i > 0; i--) {
                int page = random.nextInt(PAGES);
                wanted.clear(page, Math.min(PAGES, page + 1 + random.nextInt(16)));
            }
            BitSet lost = (BitSet) used.clone();
            lost.andNot(wanted);

            IovaRange refused = allocator.limit(ranges(wanted));

            if (lost.isEmpty()) {
                assertThat(refused).isNull();
                usable.clear();
                usable.or(wanted);
                assertThat(allocator.usable()).isEqualTo(ranges(usable));
            } else {
                assertThat(given).contains(refused);
            }
        }

        private void take(IovaRange range, int page, int pages) {
            used.set(page, page + pages);
            given.add(range);
        }

        private int modelPlace(int pages, int alignment, int from, int last, Fit fit) {
            int found = -1;
            int foundGap = Integer.MAX_VALUE;
            for (int page = 0; page + pages - 1 <= last; page++) {
                long address = base / PAGE + page;
                if (page < from || address % alignment != 0 || !isFree(page, pages)) {
                    continue;
                }
                int gap = gapSize(page);
                boolean better = found < 0 || fit == Fit.LAST || fit == Fit.BEST && gap < foundGap;
                if (better) {
                    found = page;
                    foundGap = gap;
                }
            }
            return found;
        }

        private int gapSize(int page) {
            int first = page;
            while (first > 0 && isFree(first - 1, 1)) {
                first--;
            }
            int end = page;
            while (end < PAGES && isFree(end, 1)) {
                end++;
            }
            return end - first;
        }

        private boolean isFree(int page, int pages) {
            return usable.nextClearBit(page) >= page + pages && !intersects(page, pages);
        }

        private boolean intersects(int page, int pages) {
            int next = used.nextSetBit(page);
            return next >= 0 && next < page + pages;
        }

        private IovaRange range(int page, int pages) {
            return IovaRange.of(base + page * PAGE, pages * PAGE);
        }

        private List<IovaRange> ranges(BitSet pages) {
            List<IovaRange> result = new ArrayList<>();
            for (int page = pages.nextSetBit(0); page >= 0; ) {
                int end = pages.nextClearBit(page);
                result.add(range(page, end - page));
                page = pages.nextSetBit(end);
            }
            return result;
        }
    }
}
