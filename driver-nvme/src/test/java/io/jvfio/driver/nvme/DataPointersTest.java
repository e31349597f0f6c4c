// SPDX-License-Identifier: Apache-2.0
package io.jvfio.driver.nvme;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jvfio.driver.nvme.data.DataDescription;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the user wants and the controller takes. */
final class DataPointersTest {

    @ParameterizedTest(name = "{0} of a controller with SGL support {1}")
    @CsvSource({
        "AUTO, 0, true, false, false",
        "AUTO, 1, true, true, false",
        "AUTO, 2, true, true, true",
        "PRP, 0, true, false, false",
        "PRP, 1, true, false, false",
        "SGL, 1, false, true, false",
        "SGL, 2, false, true, true"
    })
    void what_may_be_used_is_what_both_allow(
            DataPointers choice, int support, boolean prps, boolean sgls, boolean dwords) {
        assertThat(choice.description(support)).isEqualTo(new DataDescription(prps, sgls, dwords));
    }

    @Test
    void a_controller_without_SGLs_is_not_driven_by_SGLs() {
        assertThatThrownBy(() -> DataPointers.SGL.description(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the controller takes no SGLs for I/O commands");
    }
}
