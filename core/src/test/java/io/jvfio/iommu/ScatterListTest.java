// SPDX-License-Identifier: Apache-2.0
package io.jvfio.iommu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class ScatterListTest {
    private static final long BASE = 0x1_0000_0000L;

    @Test
    void parts_that_follow_each_other_become_one() {
        ScatterList data = new ScatterList().add(BASE, 100).add(BASE + 100, 28).add(BASE + 0x1000, 0);
        assertThat(data.parts()).isEqualTo(1);
        assertThat(data.size()).isEqualTo(128);
        assertThat(new ScatterList().add(data).add(BASE + 0x1000, 8)).hasToString("0x88 bytes in 2 parts");
        assertThat(data.clear().parts()).isZero();
        assertThatThrownBy(() -> data.address(0)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> data.add(-1, 2)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> data.add(0, -1)).isInstanceOf(IllegalArgumentException.class);
    }
}
