// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.sys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ArenaEndTest {

    /** The JDK does not promise this order, and all mapping of foreign memory stands on it. */
    @Test
    void a_shared_arena_runs_its_actions_last_added_first_and_all_of_them() {
        List<String> order = new ArrayList<>();
        assertThatThrownBy(() -> {
                    try (Arena arena = Arena.ofShared()) {
                        arena.allocate(4096);
                        ArenaEnd.run(arena, () -> order.add("first"));
                        arena.allocate(4096);
                        ArenaEnd.run(arena, () -> {
                            order.add("second");
                            throw new IllegalStateException("second");
                        });
                        ArenaEnd.run(
                                arena, () -> order.add("third " + arena.scope().isAlive()));
                    }
                })
                .hasMessage("second");

        assertThat(order).containsExactly("third false", "second", "first");
    }

    /** If this fails, the JDK has changed and confined arenas may be allowed. */
    @Test
    void a_confined_arena_begins_with_what_was_added_first() {
        List<Integer> order = new ArrayList<>();
        try (Arena arena = Arena.ofConfined()) {
            for (int i = 0; i < 3; i++) {
                int number = i;
                ArenaEnd.run(arena, () -> order.add(number));
            }
        }

        assertThat(order).containsExactly(0, 2, 1);
    }

    @Test
    void only_a_shared_arena_runs_an_action_before_it_frees() {
        try (Arena confined = Arena.ofConfined();
                Arena shared = Arena.ofShared()) {
            assertThat(ArenaEnd.runsBeforeFreeing(shared)).isTrue();
            assertThat(ArenaEnd.runsBeforeFreeing(confined)).isFalse();
        }
        assertThat(ArenaEnd.runsBeforeFreeing(Arena.ofAuto())).isFalse();
        assertThat(ArenaEnd.runsBeforeFreeing(Arena.global())).isFalse();
    }

    @Test
    void exchanged_pages_are_zero() {
        SystemCalls sys = SystemCalls.linux();
        try (Mapping mapping = Mapping.anonymous(sys, 2L * sys.pageSize(), sys.pageSize())) {
            mapping.memory().fill((byte) 1);

            ArenaEnd.exchangePages(sys, mapping.address() + sys.pageSize(), sys.pageSize());

            assertThat(mapping.memory().asSlice(0, sys.pageSize()).toArray(ValueLayout.JAVA_BYTE))
                    .containsOnly(1);
            assertThat(mapping.memory().asSlice(sys.pageSize()).toArray(ValueLayout.JAVA_BYTE))
                    .containsOnly(0);
        }
    }

    @Test
    void pages_that_cannot_be_exchanged_stay() {
        assertThatThrownBy(() -> ArenaEnd.exchangePages(SystemCalls.linux(), 1, 4096))
                .hasMessageContaining("EINVAL")
                .hasMessageContaining("0x1");
    }
}
