// SPDX-License-Identifier: Apache-2.0
package io.jvfio.iommu;

import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.iommu.RegisteredMapping.Run;
import java.lang.foreign.Arena;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The blocks are seen by nobody: whatever is done, they are like one sorted list. */
class RunsTest {
    private static final long PAGE = 0x1000;
    private static final int MANY = 5 * Runs.FULL;

    private final Arena arena = Arena.ofShared();
    private final DmaRegistry registry =
            DmaRegistry.of(DmaRegistry.Settings.defaults("test space"), List.of(IovaRange.ALL), PAGE);
    private final RegisteredMapping mapping = new RegisteredMapping(
            registry,
            new DmaSource.Segment(arena.allocate(PAGE, PAGE)),
            MapRequest.defaults(),
            List.of(new IovaRange(0, PAGE - 1)),
            Instant.EPOCH,
            null);
    private final TreeMap<Long, Run> model = new TreeMap<>(Long::compareUnsigned);
    private Runs runs = Runs.NONE;

    @AfterEach
    void free() {
        arena.close();
    }

    @Test
    void there_is_nothing_in_none() {
        assertThat(runs.count()).isZero();
        assertThat(runs.floor(-1)).isEqualTo(Runs.NOWHERE);
        assertThat(runs.first()).isEqualTo(Runs.NOWHERE);
        assertThat(runs.next(Runs.NOWHERE)).isEqualTo(Runs.NOWHERE);
    }

    @Test
    void they_come_in_ascending_order() {
        LongStream.range(0, MANY).forEach(this::add);
        check();
        LongStream.range(0, MANY).forEach(this::remove);
        check();
    }

    @Test
    void they_come_in_descending_order() {
        LongStream.range(0, MANY).forEach(page -> add(-1 - page));
        check();
        LongStream.range(0, MANY).filter(page -> page % 7 != 0).forEach(page -> remove(-1 - page));
        check();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void they_come_and_go_in_any_order(long seed) {
        Random random = new Random(seed);
        for (int i = 0; i < 4 * MANY; i++) {
            // First more come than go, then the other way round.
            long page = random.nextInt(2 * MANY);
            if (random.nextInt(4) > (i < 2 * MANY ? 0 : 2)) {
                add(page);
            } else {
                remove(page);
            }
        }
        check();
    }

    @Test
    void a_snapshot_stays_what_it_is() {
        LongStream.range(0, MANY).forEach(this::add);
        Runs before = runs;
        List<Run> seen = list(before);

        LongStream.range(0, MANY).filter(page -> page % 3 == 0).forEach(this::remove);

        assertThat(list(before)).isEqualTo(seen);
        check();
    }

    @Test
    void blocks_that_have_become_small_are_joined() {
        LongStream.range(0, MANY).forEach(this::add);
        assertThat(runs.soleStarts()).isNull();

        LongStream.range(0, MANY).filter(page -> page % 64 != 0).forEach(this::remove);

        assertThat(runs.soleStarts()).hasSize(MANY / 64);
        assertThat(runs.soleRuns()).hasSize(MANY / 64);
    }

    private void add(long page) {
        long start = page * PAGE;
        if (!model.containsKey(start)) {
            IovaRange range = new IovaRange(start, start + (PAGE - 1));
            Run run = new Run(mapping, range, 0);
            model.put(start, run);
            runs = runs.with(run);
        }
    }

    private void remove(long page) {
        Run run = model.remove(page * PAGE);
        if (run != null) {
            runs = runs.without(run);
        }
    }

    private static List<Run> list(Runs runs) {
        List<Run> list = new ArrayList<>();
        for (long at = runs.first(); at != Runs.NOWHERE; at = runs.next(at)) {
            list.add(runs.at(at));
        }
        return list;
    }

    private void check() {
        assertThat(runs.count()).isEqualTo(model.size());
        assertThat(list(runs)).isEqualTo(List.copyOf(model.values()));
        Random random = new Random(model.size());
        for (int i = 0; i < 1000; i++) {
            long iova = (random.nextInt(3 * MANY) - MANY / 2) * PAGE + random.nextInt((int) PAGE);
            Map.Entry<Long, Run> expected = model.floorEntry(iova);
            assertThat(runs.orNull(runs.floor(iova))).isSameAs(expected == null ? null : expected.getValue());
        }
    }
}
