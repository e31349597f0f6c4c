// SPDX-License-Identifier: Apache-2.0
package io.jvfio.ring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.jvfio.mmio.BigWord32;
import io.jvfio.mmio.Field;
import io.jvfio.mmio.Word32;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;

final class ConsumerRingTest {
    private static final int SLOT = 16;
    private static final int SLOTS = 3;
    private static final Word32 STATUS = Word32.at(12);
    private static final BigWord32 OWNER_WORD = BigWord32.at(12);
    private static final Field PHASE = Field.bit(16);
    private static final Field OWNER = Field.bit(0);

    private final MemorySegment memory = Arena.ofAuto().allocate(SLOTS * SLOT, SLOT);

    @Test
    void zeroed_memory_is_an_empty_ring_of_phase_1() {
        ConsumerRing ring = phased();

        assertThat(ring.next()).isFalse();
        assertThat(ring.slots()).isEqualTo(SLOTS);
        assertThat(ring.taken()).isZero();
        assertThat(ring.untold()).isZero();
        assertThat(ring.head()).isZero();
    }

    @Test
    void a_slot_is_taken_when_its_phase_is_that_of_the_round() {
        ConsumerRing ring = phased();
        STATUS.set(memory, 0, 0x0001_0042);
        STATUS.set(memory, SLOT, 0x8001_0043);

        assertThat(ring.next()).isTrue();
        assertThat(ring.slot()).isZero();
        assertThat(ring.word()).isEqualTo(0x0001_0042);
        assertThat(ring.next()).isTrue();
        assertThat(ring.slot()).isEqualTo(SLOT);
        assertThat(ring.word()).isEqualTo(0x8001_0043);
        assertThat(ring.next()).isFalse();
        assertThat(ring.slot()).isEqualTo(SLOT);
        assertThat(ring.word()).isEqualTo(0x8001_0043);
        assertThat(ring.head()).isEqualTo(2);
        assertThat(ring.untold()).isEqualTo(2);
        ring.told();
        assertThat(ring.untold()).isZero();
    }

    @Test
    void the_phase_inverts_with_each_round() {
        ConsumerRing ring = phased();
        for (int round = 0; round < 4; round++) {
            for (int i = 0; i < SLOTS; i++) {
                assertThat(ring.next()).isFalse();
                STATUS.set(memory, (long) i * SLOT, PHASE.set(round, 1 - (round & 1)));
                assertThat(ring.next()).isTrue();
                assertThat(ring.slot()).isEqualTo((long) i * SLOT);
            }
        }
        assertThat(ring.next()).isFalse();
        assertThat(ring.head()).isZero();
        assertThat(ring.taken()).isEqualTo(4 * SLOTS);
    }

    @Test
    void an_owner_bit_is_0_in_the_first_round() {
        for (int i = 0; i < SLOTS; i++) {
            OWNER_WORD.set(memory, (long) i * SLOT, 0xf1);
        }
        ConsumerRing ring = ConsumerRing.of(memory, SLOT, OWNER_WORD, OWNER, 0);
        assertThat(ring.next()).isFalse();

        for (int i = 0; i < SLOTS; i++) {
            OWNER_WORD.set(memory, (long) i * SLOT, 0x1234_0000 + (i << 4));
            assertThat(ring.next()).isTrue();
            assertThat(ring.word()).isEqualTo(0x1234_0000 + (i << 4));
        }
        assertThat(ring.next()).isFalse();
        OWNER_WORD.set(memory, 0, 0x5678_0001);
        assertThat(ring.next()).isTrue();
        assertThat(ring.word()).isEqualTo(0x5678_0001);
    }

    @Test
    void a_ring_of_one_slot_inverts_each_time() {
        ConsumerRing ring = ConsumerRing.of(memory.asSlice(0, SLOT), SLOT, STATUS, PHASE, 1);
        STATUS.set(memory, 0, 1 << 16);
        assertThat(ring.next()).isTrue();
        assertThat(ring.next()).isFalse();
        STATUS.set(memory, 0, 0);
        assertThat(ring.next()).isTrue();
        assertThat(ring.next()).isFalse();
    }

    @Test
    void a_cleared_ring_begins_in_the_first_round() {
        ConsumerRing ring = phased();
        for (int i = 0; i < SLOTS + 1; i++) {
            STATUS.set(memory, (long) i % SLOTS * SLOT, i < SLOTS ? 1 << 16 : 0);
            assertThat(ring.next()).isTrue();
        }

        memory.fill((byte) 0);
        ring.clear();

        assertThat(ring.next()).isFalse();
        assertThat(ring.head()).isZero();
        assertThat(ring.taken()).isZero();
        assertThat(ring.untold()).isZero();
        STATUS.set(memory, 0, 1 << 16);
        assertThat(ring.next()).isTrue();
        assertThat(ring.slot()).isZero();
    }

    @Test
    void what_one_look_has_found_is_taken_without_another() {
        ConsumerRing ring = phased();
        STATUS.set(memory, 0, 0x0001_0042);
        STATUS.set(memory, SLOT, 0x0001_0043);

        assertThat(ring.ready()).isEqualTo(2);
        STATUS.set(memory, 2 * SLOT, 0x0001_0044);
        assertThat(ring.ready()).isEqualTo(2);
        assertThat(ring.taken()).isZero();
        ring.take();
        assertThat(ring.word()).isEqualTo(0x0001_0042);
        assertThat(ring.next()).isTrue();
        assertThat(ring.slot()).isEqualTo(SLOT);
        assertThatIllegalStateException().isThrownBy(ring::take).withMessageContaining("known to be new");
        assertThat(ring.ready()).isEqualTo(1);
        ring.take();
        assertThat(ring.slot()).isEqualTo(2 * SLOT);
        assertThat(ring.ready()).isZero();
    }

    @Test
    void a_look_ends_with_the_round() {
        ConsumerRing ring = phased();
        for (int i = 0; i < SLOTS; i++) {
            STATUS.set(memory, (long) i * SLOT, 1 << 16);
        }
        assertThat(ring.next()).isTrue();
        STATUS.set(memory, 0, 0);

        assertThat(ring.ready()).isEqualTo(2);
        ring.take();
        ring.take();
        assertThat(ring.ready()).isEqualTo(1);
        ring.take();
        assertThat(ring.slot()).isZero();
        assertThat(ring.head()).isEqualTo(1);
    }

    @Test
    void a_cleared_ring_has_forgotten_what_was_new() {
        ConsumerRing ring = phased();
        STATUS.set(memory, 0, 1 << 16);
        assertThat(ring.ready()).isEqualTo(1);

        memory.fill((byte) 0);
        ring.clear();

        assertThatIllegalStateException().isThrownBy(ring::take);
        assertThat(ring.next()).isFalse();
    }

    @Test
    void freed_memory_is_refused() {
        ConsumerRing ring;
        try (Arena arena = Arena.ofShared()) {
            ring = ConsumerRing.of(arena.allocate(SLOT, SLOT), SLOT, STATUS, PHASE, 1);
        }
        assertThatIllegalStateException().isThrownBy(ring::next);
    }

    @Test
    void what_is_no_ring_is_refused() {
        refused(memory.asSlice(0, 20), SLOT, STATUS, PHASE, 1);
        refused(memory.asSlice(0, 0), SLOT, STATUS, PHASE, 1);
        refused(memory, 0, STATUS, PHASE, 1);
        refused(memory, SLOT, Word32.at(13), PHASE, 1);
        refused(memory, SLOT, Word32.at(10), PHASE, 1);
        refused(memory, SLOT, Word32.at(16), PHASE, 1);
        refused(memory, 6, Word32.at(0), PHASE, 1);
        refused(memory.asSlice(2, 2 * SLOT), SLOT, STATUS, PHASE, 1);
        refused(memory, SLOT, STATUS, Field.bits(17, 16), 1);
        refused(memory, SLOT, STATUS, Field.bit(32), 1);
        refused(memory, SLOT, STATUS, PHASE, 2);
        refused(memory, SLOT, STATUS, PHASE, -1);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ConsumerRing.of(memory, SLOT, BigWord32.at(16), OWNER, 0))
                .withMessageContaining("word at 16 of slots of 16 bytes");
    }

    private ConsumerRing phased() {
        return ConsumerRing.of(memory, SLOT, STATUS, PHASE, 1);
    }

    private static void refused(MemorySegment memory, int slotSize, Word32 word, Field bit, int first) {
        assertThatIllegalArgumentException().isThrownBy(() -> ConsumerRing.of(memory, slotSize, word, bit, first));
    }
}
