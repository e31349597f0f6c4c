// SPDX-License-Identifier: Apache-2.0
package io.jvfio;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jvfio.internal.sys.CallsSetting;
import io.jvfio.internal.sys.SystemCalls;
import org.junit.jupiter.api.Test;

class VfioTest {
    @Test
    void a_context_takes_one_setting_of_a_kind() {
        Setting calls = new CallsSetting(SystemCalls.linux());
        Vfio.create(calls).close();

        assertThatThrownBy(() -> Vfio.create(calls, calls))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("system calls");
    }

    @Test
    void a_setting_of_somebody_elses_is_refused() {
        Setting foreign = new Setting() {};

        assertThatThrownBy(() -> Vfio.create(foreign)).isInstanceOf(IllegalArgumentException.class);
    }
}
