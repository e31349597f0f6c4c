// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli.page;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AxisTest {
    @Test
    void ticks_stand_at_round_numbers() {
        assertThat(Axis.linear(660_123).ticks())
                .containsExactly(0.0, 100_000.0, 200_000.0, 300_000.0, 400_000.0, 500_000.0, 600_000.0, 700_000.0);
        assertThat(Axis.linear(24).ticks()).containsExactly(0.0, 5.0, 10.0, 15.0, 20.0, 25.0);
        assertThat(Axis.logarithmic(1_300, 42_000).ticks())
                .containsExactly(1_000.0, 2_000.0, 5_000.0, 10_000.0, 20_000.0, 50_000.0);
        assertThat(Axis.logarithmic(1_000, 1_000).ticks()).containsExactly(1_000.0, 2_000.0);
    }

    @ParameterizedTest
    @ValueSource(doubles = {1, 1.5, 9.99, 10, 11, 99, 101, 54_321, 1e9, 6e10})
    void every_value_lies_between_few_ticks(double largest) {
        for (Axis axis :
                new Axis[] {Axis.linear(largest), Axis.logarithmic(1, largest), Axis.logarithmic(largest, largest)}) {
            assertThat(axis.ticks()).isSorted().hasSizeBetween(2, 12);
            assertThat(axis.ticks().getLast()).isGreaterThanOrEqualTo(largest);
            assertThat(axis.share(axis.ticks().getFirst())).isZero();
            assertThat(axis.share(axis.ticks().getLast())).isEqualTo(1);
            assertThat(axis.share(largest)).isBetween(0.0, 1.0);
        }
    }
}
