// SPDX-License-Identifier: Apache-2.0
package io.jvfio.interrupt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.groups.Tuple.tuple;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a flight recording shows of interrupts. */
final class InterruptEventsTest {

    @Test
    void set_up_and_time_outs_are_recorded(@TempDir Path folder) throws IOException, InterruptedException {
        Path file = folder.resolve("interrupts.jfr");
        try (Fixture fixture = new Fixture();
                Recording recording = new Recording()) {
            recording.enable("io.jvfio.IrqSetup").withoutThreshold();
            recording.enable("io.jvfio.WaitTimeout");
            recording.start();
            fixture.device.obtainable(2);
            assertThatExceptionOfType(VectorsUnavailableException.class)
                    .isThrownBy(() -> fixture.control.enable(InterruptType.MSIX, 3));
            try (Interrupts interrupts = fixture.control.enable(InterruptType.MSIX, 2)) {
                assertThat(interrupts.await(1, Duration.ofMillis(3))).isZero();
                fixture.device.fire(InterruptType.MSIX, 0);
                assertThat(interrupts.await(0, Duration.ofMinutes(1))).isOne();
            }
            recording.stop();
            recording.dump(file);
        }
        List<RecordedEvent> events = RecordingFile.readAllEvents(file);
        assertThat(of(events, "io.jvfio.IrqSetup"))
                .extracting(e -> e.getInt("index"), e -> e.getInt("count"), e -> e.getInt("result"))
                .containsExactly(tuple(2, 3, 2), tuple(2, 2, 0), tuple(2, 0, 0));
        assertThat(of(events, "io.jvfio.IrqSetup"))
                .allSatisfy(e -> assertThat(e.getString("device")).isEqualTo(Fixture.NAME))
                .allSatisfy(e -> assertThat(e.getString("action")).isEqualTo("TRIGGER"));
        assertThat(of(events, "io.jvfio.WaitTimeout")).singleElement().satisfies(e -> {
            assertThat(e.getString("device")).isEqualTo(Fixture.NAME);
            assertThat(e.getInt("index")).isEqualTo(2);
            assertThat(e.getInt("vector")).isOne();
            assertThat(e.getDuration("limit")).isEqualTo(Duration.ofMillis(3));
        });
    }

    private static List<RecordedEvent> of(List<RecordedEvent> events, String name) {
        return events.stream()
                .filter(event -> event.getEventType().getName().equals(name))
                .toList();
    }
}
