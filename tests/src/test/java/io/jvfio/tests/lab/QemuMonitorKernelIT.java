// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import org.junit.jupiter.api.Test;

final class QemuMonitorKernelIT {

    @Test
    void the_monitor_says_that_the_machine_is_running() throws IOException {
        try (QemuMonitor monitor = QemuMonitor.open()) {
            assertThat(monitor.execute("query-status", "{}")).contains("\"running\": true");
        }
    }

    @Test
    void a_refusal_carries_the_words_of_qemu() throws IOException {
        try (QemuMonitor monitor = QemuMonitor.open()) {
            assertThatThrownBy(() -> monitor.unplug("no-such-device"))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("DeviceNotFound");
        }
    }
}
