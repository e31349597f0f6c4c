// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("quick")
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

    /** The one that somebody holds, with all of this on its way, is always pulled out. */
    @Test
    @Tag("long")
    void a_device_that_nobody_holds_is_pulled_out_and_put_back() throws IOException {
        Path function = Path.of("/sys/bus/pci/devices", LabDevices.HOT_PLUGGABLE);
        try (HotPlug slot = HotPlug.open()) {
            slot.pullOut();
            assertThat(slot.awaitGone(Duration.ofSeconds(60))).isTrue();
            assertThat(function).doesNotExist();

            slot.putBack();
            assertThat(function.resolve("driver").toRealPath()).hasFileName("vfio-pci");
            assertThat(function.resolve("vfio-dev")).isNotEmptyDirectory();
        }
    }
}
