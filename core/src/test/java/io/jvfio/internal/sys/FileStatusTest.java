// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.sys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

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
            assertThat(status.cannotFault()).isTrue();
            assertThat(status.inHugePages()).isFalse();
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
            assertThat(status.cannotFault()).isFalse();
            assertThat(status.size()).isEqualTo(5);
        }
    }

    @Test
    void a_file_that_is_cut_and_sealed_once_its_size_was_asked_for_does_not_count_as_sealed() {
        try (Descriptor file = late()) {
            ftruncate(file, 0x4000);
            SystemCalls raced = InterceptedCalls.of("statx", (arguments, real) -> {
                Object result = real.make();
                ftruncate(file, 0);
                seal(file);
                return result;
            });
            assertThat(FileStatus.of(raced, file).cannotFault()).isFalse();
            assertThat(FileStatus.of(sys, file).size()).isZero();
            assertThat(FileStatus.of(sys, file).cannotFault()).isTrue();
        }
    }

    /** The pages themselves are not needed for that. */
    @Test
    void a_sealed_file_in_huge_pages_can_still_fault() {
        int created = sys.memfdCreate("huge", Abi.MFD_CLOEXEC | Abi.MFD_ALLOW_SEALING | Abi.MFD_HUGETLB);
        assumeThat(created).as("the kernel has files in huge pages").isNotNegative();
        try (Descriptor file = Descriptor.of(sys, created, "memfd_create", "huge")) {
            ftruncate(file, 0);
            seal(file);
            FileStatus status = FileStatus.of(sys, file);
            assertThat(status.cannotShrink()).isTrue();
            assertThat(status.inHugePages()).isTrue();
            assertThat(status.cannotFault()).isFalse();
        }
    }

    private Descriptor late() {
        int created = sys.memfdCreate("late", Abi.MFD_CLOEXEC | Abi.MFD_ALLOW_SEALING);
        return Descriptor.of(sys, created, "memfd_create", "late");
    }

    private void ftruncate(Descriptor file, long size) {
        int number = file.acquire();
        assertThat(sys.ftruncate(number, size)).isZero();
        file.release();
    }

    private void seal(Descriptor file) {
        int number = file.acquire();
        assertThat(sys.fcntl(number, Abi.F_ADD_SEALS, Abi.F_SEAL_SHRINK)).isZero();
        file.release();
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
