// SPDX-License-Identifier: Apache-2.0
package io.jvfio.ring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import org.junit.jupiter.api.Test;

final class ProducerRingTest {
    private static final int SLOT = 64;

    @Test
    void an_empty_ring_has_all_slots_free() {
        ProducerRing ring = ProducerRing.of(4, SLOT);

        assertThat(ring.slots()).isEqualTo(4);
        assertThat(ring.size()).isEqualTo(256);
        assertThat(ring.free()).isEqualTo(4).isEqualTo(ring.capacity());
        assertThat(ring.busy()).isZero();
        assertThat(ring.next()).isZero();
        assertThatIllegalStateException().isThrownBy(ring::oldest);
        assertThatIllegalStateException().isThrownBy(ring::release);
    }

    @Test
    void a_ring_with_a_gap_is_full_one_slot_earlier() {
        ProducerRing ring = ProducerRing.withGap(4, SLOT);
        post(ring, 3);

        assertThat(ring.free()).isZero();
        assertThat(ring.capacity()).isEqualTo(3);
        assertThat(ring.tail()).isEqualTo(3);
        assertThatIllegalStateException().isThrownBy(ring::next);
        assertThatIllegalStateException().isThrownBy(ring::post);
        assertThat(ring.posted()).isEqualTo(3);
    }

    @Test
    void a_ring_of_a_device_that_counts_is_full_with_all_slots() {
        ProducerRing ring = ProducerRing.of(4, SLOT);
        post(ring, 4);

        assertThatIllegalStateException().isThrownBy(ring::next);
        assertThat(ring.tail()).isZero();
        assertThat(ring.posted()).isEqualTo(4);
    }

    @Test
    void the_slot_after_the_last_is_the_first() {
        ProducerRing ring = ProducerRing.withGap(3, SLOT);
        post(ring, 2);
        ring.release();
        ring.release();

        assertThat(ring.next()).isEqualTo(2 * SLOT);
        ring.post();
        assertThat(ring.next()).isZero();
        assertThat(ring.oldest()).isEqualTo(2 * SLOT);
        ring.release();
        ring.post();
        assertThat(ring.oldest()).isZero();
        assertThat(ring.posted()).isEqualTo(4);
        assertThat(ring.tail()).isEqualTo(1);
    }

    @Test
    void a_batch_is_told_once() {
        ProducerRing ring = ProducerRing.of(8, SLOT);
        assertThat(ring.untold()).isZero();
        post(ring, 5);
        assertThat(ring.untold()).isEqualTo(5);

        ring.told();

        assertThat(ring.untold()).isZero();
        assertThat(ring.busy()).isEqualTo(5);
    }

    @Test
    void a_whole_round_since_it_was_told_is_not_nothing() {
        ProducerRing ring = ProducerRing.of(4, SLOT);
        post(ring, 4);

        assertThat(ring.tail()).isZero();
        assertThat(ring.untold()).isEqualTo(4);
    }

    @Test
    void a_cleared_ring_begins_at_the_first_slot() {
        ProducerRing ring = ProducerRing.withGap(4, SLOT);
        post(ring, 3);
        ring.release();

        ring.clear();

        assertThat(ring.next()).isZero();
        assertThat(ring.tail()).isZero();
        assertThat(ring.posted()).isZero();
        assertThat(ring.busy()).isZero();
        assertThat(ring.untold()).isZero();
        assertThat(ring.free()).isEqualTo(3);
        ring.post();
        assertThat(ring.oldest()).isZero();
    }

    @Test
    void what_is_no_ring_is_refused() {
        assertThatIllegalArgumentException().isThrownBy(() -> ProducerRing.of(0, SLOT));
        assertThatIllegalArgumentException().isThrownBy(() -> ProducerRing.of(-1, SLOT));
        assertThatIllegalArgumentException().isThrownBy(() -> ProducerRing.withGap(1, SLOT));
        assertThatIllegalArgumentException().isThrownBy(() -> ProducerRing.withGap(Integer.MIN_VALUE, SLOT));
        assertThatIllegalArgumentException().isThrownBy(() -> ProducerRing.of(4, 0));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ProducerRing.of(1 << 25, SLOT))
                .withMessageContaining("33554432 slots of 64 bytes");
    }

    private static void post(ProducerRing ring, int count) {
        for (int i = 0; i < count; i++) {
            assertThat(ring.next()).isEqualTo((long) ring.tail() * SLOT);
            ring.post();
        }
    }
}
