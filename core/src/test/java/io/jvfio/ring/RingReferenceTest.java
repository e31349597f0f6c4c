// SPDX-License-Identifier: Apache-2.0
package io.jvfio.ring;

import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.mmio.BigWord32;
import io.jvfio.mmio.Field;
import io.jvfio.mmio.Word32;
import io.jvfio.mmio.Word64;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Rings beside queues of the JDK: the same posts and polls, in random order, have the same results. */
final class RingReferenceTest {
    private static final int STEPS = 20_000;
    private static final int SLOT = 32;
    private static final Word64 VALUE = Word64.at(8);
    private static final Field BIT = Field.bit(9);

    static Stream<Arguments> rings() {
        return Stream.of(1, 2, 3, 7, 8, 64)
                .flatMap(slots -> Stream.of(1L, 2L, 3L).map(seed -> Arguments.of(slots, seed)));
    }

    @ParameterizedTest
    @MethodSource("rings")
    void a_producer_posts_and_releases_as_a_queue_does(int slots, long seed) {
        Random random = new Random(seed);
        boolean gap = slots > 1 && random.nextBoolean();
        ProducerRing ring = gap ? ProducerRing.withGap(slots, SLOT) : ProducerRing.of(slots, SLOT);
        Deque<Long> expected = new ArrayDeque<>();
        int capacity = gap ? slots - 1 : slots;
        long posted = 0;
        long told = 0;

        for (int step = 0; step < STEPS; step++) {
            switch (random.nextInt(3)) {
                case 0 -> {
                    for (int batch = random.nextInt(slots + 1); batch > 0 && ring.free() > 0; batch--) {
                        assertThat(ring.next()).isEqualTo(posted % slots * SLOT);
                        ring.post();
                        expected.add(posted++ % slots * SLOT);
                    }
                }
                case 1 -> {
                    for (int batch = random.nextInt(slots + 1); batch > 0 && ring.busy() > 0; batch--) {
                        assertThat(ring.oldest()).isEqualTo(expected.remove());
                        ring.release();
                    }
                }
                default -> {
                    assertThat(ring.untold()).isEqualTo((int) (posted - told));
                    ring.told();
                    told = posted;
                }
            }
            assertThat(ring.busy()).isEqualTo(expected.size());
            assertThat(ring.free()).isEqualTo(capacity - expected.size());
            assertThat(ring.tail()).isEqualTo((int) (posted % slots));
            assertThat(ring.posted()).isEqualTo((int) posted);
        }
    }

    @ParameterizedTest
    @MethodSource("rings")
    void a_consumer_takes_what_the_device_has_put_in_its_order(int slots, long seed) {
        Random random = new Random(seed);
        boolean big = random.nextBoolean();
        int first = random.nextInt(2);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate((long) slots * SLOT, SLOT);
            FakeDevice device = new FakeDevice(memory, slots, big, first);
            ConsumerRing ring = big
                    ? ConsumerRing.of(memory, SLOT, BigWord32.at(28), BIT, first)
                    : ConsumerRing.of(memory, SLOT, Word32.at(28), BIT, first);
            Deque<Integer> expected = new ArrayDeque<>();
            int taken = 0;
            int told = 0;

            for (int step = 0; step < STEPS; step++) {
                switch (random.nextInt(3)) {
                    case 0 -> {
                        for (int batch = random.nextInt(slots + 1);
                                batch > 0 && expected.size() + ring.untold() < slots;
                                batch--) {
                            int value = random.nextInt();
                            device.put(value);
                            expected.add(value);
                        }
                    }
                    case 1 -> {
                        for (int batch = random.nextInt(slots + 1); batch > 0; batch--) {
                            assertThat(ring.next()).isEqualTo(!expected.isEmpty());
                            if (expected.isEmpty()) {
                                continue;
                            }
                            int value = expected.remove();
                            assertThat(ring.slot()).isEqualTo((long) taken % slots * SLOT);
                            assertThat(VALUE.of(memory, ring.slot())).isEqualTo(value);
                            assertThat(ring.word() & ~(int) BIT.mask()).isEqualTo(value & ~(int) BIT.mask());
                            taken++;
                        }
                    }
                    default -> {
                        assertThat(ring.untold()).isEqualTo(taken - told);
                        ring.told();
                        told = taken;
                    }
                }
                assertThat(ring.taken()).isEqualTo(taken);
                assertThat(ring.head()).isEqualTo(taken % slots);
            }
        }
    }

    /** Fills the slots in order and inverts the bit with each round. Threads: one at a time. */
    private static final class FakeDevice {
        private final MemorySegment memory;
        private final int slots;
        private final boolean big;
        private int bit;
        private int index;

        FakeDevice(MemorySegment memory, int slots, boolean big, int first) {
            this.memory = memory;
            this.slots = slots;
            this.big = big;
            this.bit = 1 - first;
            for (index = 0; index < slots; index++) {
                mark(0);
            }
            this.index = 0;
            this.bit = first;
        }

        void put(int value) {
            VALUE.set(memory, (long) index * SLOT, value);
            mark(value);
            if (++index == slots) {
                index = 0;
                bit = 1 - bit;
            }
        }

        private void mark(int value) {
            int word = BIT.set(value, bit);
            if (big) {
                BigWord32.at(28).publish(memory, (long) index * SLOT, word);
            } else {
                Word32.at(28).publish(memory, (long) index * SLOT, word);
            }
        }
    }
}
