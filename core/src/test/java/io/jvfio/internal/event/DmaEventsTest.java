// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jvfio.Errno;
import io.jvfio.VfioException;
import io.jvfio.internal.sys.Allocations;
import io.jvfio.iommu.Access;
import io.jvfio.iommu.DmaBackend;
import io.jvfio.iommu.DmaMapping;
import io.jvfio.iommu.DmaRegistry;
import io.jvfio.iommu.DmaSource;
import io.jvfio.iommu.IovaRange;
import io.jvfio.iommu.MapRequest;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.List;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DmaEventsTest {
    private static final long PAGE = 0x1000;
    private static final long HUGE = 0x20_0000;
    private static final List<IovaRange> USABLE = List.of(IovaRange.ofBits(39));

    private final Arena arena = Arena.ofShared();
    private final Backend backend = new Backend();
    private final DmaRegistry registry =
            DmaRegistry.of(DmaRegistry.Settings.defaults("test space"), USABLE, PAGE | HUGE);

    @TempDir
    private Path folder;

    DmaEventsTest() {
        registry.attach(backend, USABLE, PAGE | HUGE);
    }

    @AfterEach
    void free() {
        backend.refusing = false;
        registry.close();
        arena.close();
    }

    @Test
    void a_map_and_its_unmap_are_recorded_with_what_they_are_about() throws IOException {
        List<RecordedEvent> events = record(() -> {
            DmaSource source = new DmaSource.Segment(arena.allocate(2 * HUGE, HUGE));
            MapRequest request = MapRequest.defaults()
                    .withAlignment(HUGE)
                    .withAccess(Access.READ)
                    .withLabel("ring");
            registry.map(source, request).close();
        });

        assertThat(events).hasSize(2);
        RecordedEvent map = events.getFirst();
        assertThat(map.getEventType().getName()).isEqualTo("io.jvfio.Map");
        assertThat(map.getString("addressSpace")).isEqualTo("test space");
        assertThat(map.getLong("iova")).isEqualTo(HUGE);
        assertThat(map.getLong("length")).isEqualTo(2 * HUGE);
        assertThat(map.getString("access")).isEqualTo("READ");
        assertThat(map.getLong("pageSize")).isEqualTo(HUGE);
        assertThat(map.getString("label")).isEqualTo("ring");
        assertThat(map.getDuration()).isPositive();
        assertThat(map.getStackTrace().getFrames()).isNotEmpty();
        RecordedEvent unmap = events.getLast();
        assertThat(unmap.getEventType().getName()).isEqualTo("io.jvfio.Unmap");
        assertThat(unmap.getLong("iova")).isEqualTo(HUGE);
        assertThat(unmap.getBoolean("completed")).isTrue();
    }

    @Test
    void an_unmap_that_failed_is_recorded_as_such() throws IOException {
        DmaMapping mapping = registry.map(page(), MapRequest.defaults());
        backend.refusing = true;

        List<RecordedEvent> events =
                record(() -> assertThatThrownBy(mapping::close).isInstanceOf(VfioException.class));

        assertThat(events).hasSize(1);
        assertThat(events.getFirst().getBoolean("completed")).isFalse();
    }

    @Test
    void a_page_that_is_not_aligned_for_large_ones_is_recorded_with_the_small_size() throws IOException {
        List<RecordedEvent> events = record(() -> registry.map(page(), MapRequest.defaults()));

        assertThat(events.getFirst().getLong("pageSize")).isEqualTo(PAGE);
    }

    @Test
    void nothing_is_made_or_recorded_while_the_events_are_off() throws IOException {
        try (Recording recording = new Recording()) {
            recording.disable("io.jvfio.Map");
            recording.disable("io.jvfio.Unmap");
            recording.start();

            assertThat(MapEvent.start()).isNull();
            assertThat(UnmapEvent.start()).isNull();
            registry.map(page(), MapRequest.defaults()).close();

            assertThat(events(recording)).isEmpty();
        }
    }

    @Test
    @Tag("allocation")
    void events_that_nobody_records_allocate_nothing() {
        Allocations.assertNone(() -> {
            if (MapEvent.start() != null || UnmapEvent.start() != null) {
                throw new IllegalStateException("somebody records");
            }
        });
    }

    private List<RecordedEvent> record(Runnable action) throws IOException {
        try (Recording recording = new Recording()) {
            recording.enable("io.jvfio.Map");
            recording.enable("io.jvfio.Unmap");
            recording.start();
            action.run();
            return events(recording);
        }
    }

    private List<RecordedEvent> events(Recording recording) throws IOException {
        recording.stop();
        Path file = folder.resolve("events.jfr");
        recording.dump(file);
        return RecordingFile.readAllEvents(file).stream()
                .filter(event -> event.getEventType().getName().startsWith("io.jvfio."))
                .toList();
    }

    private DmaSource page() {
        return new DmaSource.Segment(arena.allocate(PAGE, PAGE));
    }

    /** Takes all maps; refuses unmaps where a test wants that. */
    private static final class Backend implements DmaBackend {
        private volatile boolean refusing;

        @Override
        public void map(long iova, DmaSource source, Access access) {}

        @Override
        public void unmap(long iova, long length) {
            if (refusing) {
                throw VfioException.of(
                        "FAKE_UNMAP", Errno.EIO, IovaRange.of(iova, length).toString());
            }
        }
    }
}
