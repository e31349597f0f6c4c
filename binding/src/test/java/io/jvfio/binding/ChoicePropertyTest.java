// SPDX-License-Identifier: Apache-2.0
package io.jvfio.binding;

import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.binding.Decision.Outcome;
import io.jvfio.variant.Modalias;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What holds of every choice. A failure names the seed that replays it. */
class ChoicePropertyTest {
    private static final int ROUNDS = 500;
    private static final BindRequest AUTO = BindRequest.auto();

    private static DeviceSnapshot device(Modalias function) {
        return Fixtures.device(function.toString());
    }

    /** P1. */
    @ParameterizedTest
    @ValueSource(longs = {11, 12, 13})
    void the_order_of_the_list_does_not_matter(long seed) {
        Random random = new Random(seed);
        for (int i = 0; i < ROUNDS; i++) {
            Modalias function = Generated.modalias(random);
            List<String> lines = Generated.catalogue(random, function, 1 + random.nextInt(5));
            List<String> shuffled = new ArrayList<>(lines);
            Collections.shuffle(shuffled, random);

            Decision one = Fixtures.choose(device(function), Fixtures.catalogue(lines), AUTO);
            Decision other = Fixtures.choose(device(function), Fixtures.catalogue(shuffled), AUTO);

            assertThat(other.outcome()).as("%s", lines).isEqualTo(one.outcome());
            assertThat(other.name()).isEqualTo(one.name());
            assertThat(other.candidates()).isEqualTo(one.candidates());
            assertThat(other.problem()).isEqualTo(one.problem());
        }
    }

    /** P1 on the fixtures: libvirt's answer moves with the line, ours does not. */
    @Test
    void a_line_at_another_place_moves_libvirt_s_answer_alone() {
        List<String> moved = new ArrayList<>(Fixtures.SHEET);
        Collections.swap(moved, 0, 5);
        for (String function : List.of(Fixtures.CONNECTX_VF, Fixtures.VIRTIO_NET, Fixtures.ACME_CLASS)) {
            Decision before = Fixtures.choose(function, Fixtures.SHEET);
            Decision after = Fixtures.choose(function, moved);

            assertThat(after.name()).isEqualTo(before.name());
            assertThat(before.libvirt().module()).isEqualTo(before.module());
            assertThat(after.libvirt().module()).isEqualTo("acme_cls");
            assertThat(after.libvirt().note()).contains("tie");
        }
    }

    /** P3. */
    @ParameterizedTest
    @ValueSource(longs = {21, 22, 23})
    void where_libvirt_has_one_best_answer_it_is_ours(long seed) {
        Random random = new Random(seed);
        int agreed = 0;
        for (int i = 0; i < ROUNDS; i++) {
            Modalias function = Generated.modalias(random);
            List<String> lines = Generated.catalogue(random, function, 1 + random.nextInt(4)).stream()
                    .filter(line -> line.contains("i* "))
                    .toList();
            Decision decision = Fixtures.choose(device(function), Fixtures.catalogue(lines), AUTO);
            if (!decision.libvirt().note().startsWith("tie")) {
                assertThat(decision.outcome()).as("%s %s", function, lines).isEqualTo(Outcome.SELECT);
                assertThat(decision.module()).isEqualTo(decision.libvirt().module());
                agreed++;
            }
        }
        assertThat(agreed).isGreaterThan(ROUNDS / 2);
    }

    /** P4. */
    @ParameterizedTest
    @ValueSource(longs = {31, 32})
    void one_more_driver_for_everything_changes_no_closer_choice(long seed) {
        Random random = new Random(seed);
        int closer = 0;
        for (int i = 0; i < ROUNDS; i++) {
            Modalias function = Generated.modalias(random);
            List<String> lines = Generated.catalogue(random, function, 3);
            List<String> more = new ArrayList<>(lines);
            more.add(random.nextInt(lines.size()), "alias vfio_pci:v*d*sv*sd*bc*sc*i* another");
            Decision before = Fixtures.choose(device(function), Fixtures.catalogue(lines), AUTO);
            Decision after = Fixtures.choose(device(function), Fixtures.catalogue(more), AUTO);
            if (!before.name().equals("vfio-pci")) {
                assertThat(after.outcome()).isEqualTo(before.outcome());
                assertThat(after.name()).isEqualTo(before.name());
                closer++;
            }
        }
        assertThat(closer).isGreaterThan(ROUNDS / 10);
    }
}
