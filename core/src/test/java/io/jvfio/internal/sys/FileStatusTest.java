// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.sys;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileStatusTest {
    private final SystemCalls sys = SystemCalls.linux();

    @TempDir
    Path folder;

    @Test
    void a_sealed_memory_file_is_regular_and_cannot_shrink() {
        try (MemFd file = MemFd.of(sys, "status", 3 * 4096L)) {
            FileStatus status = FileStatus.of(sys, file.fd());
            assertThat(status.regular()).isTrue();
            assertThat(status.cannotShrink()).isTrue();
            assertThat(status.size()).isEqualTo(file.size());
            assertThat(status.blockSize()).isPositive();
            assertThat(Long.bitCount(status.blockSize())).isEqualTo(1);
        }
    }

    @Test
    void a_file_on_disk_has_its_size_and_no_seals() throws Exception {
        Path path = Files.write(folder.resolve("five"), new byte[5]);
        try (Descriptor file = Descriptor.open(sys, path.toString(), Abi.O_RDWR)) {
            FileStatus status = FileStatus.of(sys, file);
            assertThat(status.regular()).isTrue();
            assertThat(status.cannotShrink()).isFalse();
            assertThat(status.size()).isEqualTo(5);
        }
    }

    @Test
    void what_holds_no_bytes_is_not_regular() {
        List<UnixSocket> pair = UnixSocket.pair(sys);
        try (UnixSocket left = pair.get(0);
                UnixSocket right = pair.get(1);
                EventFd events = EventFd.open(sys);
                Descriptor device = Descriptor.open(sys, "/dev/null", Abi.O_RDWR)) {
            assertThat(FileStatus.of(sys, left.fd()).regular()).isFalse();
            assertThat(FileStatus.of(sys, right.fd()).regular()).isFalse();
            assertThat(FileStatus.of(sys, events.fd()).regular()).isFalse();
            assertThat(FileStatus.of(sys, device).regular()).isFalse();
        }
    }
}
