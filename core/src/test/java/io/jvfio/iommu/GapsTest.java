// SPDX-License-Identifier: Apache-2.0
package io.jvfio.iommu;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The blocks are seen by nobody: searches find what they find in one sorted list. */
class GapsTest {
    private static final long PAGE = 0x1000;
    private static final int SLOTS = 4_000;

    private final Gaps gaps = new Gaps();
    private final TreeMap<Long, IovaRange> model = new TreeMap<>(Long::compareUnsigned);

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void searches_find_what_they_find_in_a_list(long seed) {
        Random random = new Random(seed);
        for (int i = 0; i < 20_000; i++) {
            long start = Long.MIN_VALUE + (random.nextInt(SLOTS) - SLOTS / 2) * 16L * PAGE;
            IovaRange known = model.remove(start);
            if (known == null) {
                IovaRange range = new IovaRange(start, start + (random.nextInt(15) + 1) * PAGE - 1);
                model.put(start, range);
                gaps.add(range);
            } else {
                gaps.remove(known);
            }
            if (i % 10 == 0) {
                search(random);
            }
        }
        List<IovaRange> all = new ArrayList<>();
        gaps.lowest(0, IovaRange.ALL, gap -> {
            all.add(gap);
            return null;
        });
        assertThat(all).isEqualTo(List.copyOf(model.values()));
    }

    private void search(Random random) {
        long address = Long.MIN_VALUE + (random.nextInt(SLOTS) - SLOTS / 2) * 16L * PAGE + random.nextInt(0x8000);
        IovaRange within = new IovaRange(address, address + random.nextInt(SLOTS) * 4L * PAGE + PAGE);
        long span = random.nextInt(16) * PAGE;
        Gaps.Room room = gap -> gap.overlaps(within) && gap.last() - gap.start() >= span ? gap : null;

        assertThat(gaps.floor(address))
                .isEqualTo(
                        model.floorEntry(address) == null
                                ? null
                                : model.floorEntry(address).getValue());
        assertThat(gaps.lowest(span, within, room)).isEqualTo(first(model.values(), room));
        assertThat(gaps.highest(span, within, room))
                .isEqualTo(first(model.descendingMap().values(), room));
    }

    private static @Nullable IovaRange first(Collection<IovaRange> ranges, Gaps.Room room) {
        return ranges.stream()
                .filter(range -> room.in(range) != null)
                .findFirst()
                .orElse(null);
    }

    @Test
    void a_search_passes_by_very_many_that_are_too_small() {
        for (long i = 0; i < 20_000; i++) {
            gaps.add(new IovaRange(2 * i * PAGE, 2 * i * PAGE + PAGE - 1));
        }
        IovaRange large = new IovaRange(40_000 * PAGE, 40_002 * PAGE - 1);
        gaps.add(large);
        AtomicInteger asked = new AtomicInteger();
        Gaps.Room room = gap -> {
            asked.incrementAndGet();
            return gap.last() - gap.start() >= 2 * PAGE - 1 ? gap : null;
        };

        assertThat(gaps.lowest(2 * PAGE - 1, IovaRange.ALL, room)).isEqualTo(large);
        assertThat(asked.get()).isLessThan(300);
    }
}
