// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.sys;

import static io.jvfio.internal.sys.PeerBudget.Kind.DESCRIPTOR;
import static io.jvfio.internal.sys.PeerBudget.Kind.MAPPING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What peers get of what is scarce, and what they leave. */
final class PeerBudgetTest {
    private final PeerBudget budget = new PeerBudget();

    private PeerBudget.Share share() {
        return budget.share(1000, 600);
    }

    private static int takeAll(PeerBudget.Share share, PeerBudget.Kind kind) {
        int taken = 0;
        while (share.take(kind)) {
            taken++;
        }
        return taken;
    }

    @Test
    void one_peer_gets_half_and_any_number_of_greedy_ones_leave_something_for_the_next() {
        assertThat(takeAll(share(), DESCRIPTOR)).isEqualTo(500);
        assertThat(takeAll(share(), MAPPING)).isEqualTo(300);
        int before = 500;
        for (int peers = 2; peers < 8; peers++) {
            int next = takeAll(share(), DESCRIPTOR);
            assertThat(next).isBetween(1, before);
            before = next;
        }
    }

    @Test
    void greedy_peers_that_take_in_turn_get_the_same() {
        PeerBudget.Share[] peers = IntStream.range(0, 9).mapToObj(i -> share()).toArray(PeerBudget.Share[]::new);
        int[] got = new int[peers.length];
        for (int round = 0; round < 1000; round++) {
            for (int i = 0; i < peers.length; i++) {
                got[i] += peers[i].take(DESCRIPTOR) ? 1 : 0;
            }
        }
        assertThat(got).containsOnly(100);
        assertThat(takeAll(share(), DESCRIPTOR)).isEqualTo(50);
    }

    @Test
    void what_is_given_back_can_be_taken_again_and_nothing_else_can_be_given() {
        PeerBudget.Share share = share();
        assertThat(takeAll(share, MAPPING)).isEqualTo(300);
        for (int i = 0; i < 300; i++) {
            share.give(MAPPING);
        }
        assertThatThrownBy(() -> share.give(MAPPING)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> share.give(DESCRIPTOR)).isInstanceOf(IllegalStateException.class);
        assertThat(takeAll(share(), MAPPING)).isEqualTo(300);
    }

    @Test
    void the_process_has_enough_for_some_peers() {
        PeerBudget.Share share = PeerBudget.ofProcess().share(SystemCalls.linux());
        for (PeerBudget.Kind kind : PeerBudget.Kind.values()) {
            for (int i = 0; i < 200; i++) {
                assertThat(share.take(kind)).isTrue();
            }
            for (int i = 0; i < 200; i++) {
                share.give(kind);
            }
        }
    }
}
