// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli.nvme;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SteadinessTest {
    private final Steadiness rates = new Steadiness(0.05, 3);

    private int steadyAfter(double... each) {
        for (int i = 0; i < each.length; i++) {
            if (rates.steadyWith(each[i])) {
                return i + 1;
            }
        }
        return -1;
    }

    @Test
    void a_rate_that_rises_is_not_steady() {
        assertThat(steadyAfter(25, 40, 60, 85, 95, 108, 120)).isEqualTo(-1);
    }

    @Test
    void noise_does_not_matter() {
        assertThat(steadyAfter(25, 85, 80, 108, 100, 110, 90)).isEqualTo(7);
    }

    @Test
    void nothing_at_all_is_not_steady() {
        assertThat(steadyAfter(0, 0, 0, 0, 0)).isEqualTo(-1);
    }
}
