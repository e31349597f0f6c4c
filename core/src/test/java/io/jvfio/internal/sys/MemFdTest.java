// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.sys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jvfio.Errno;
import io.jvfio.VfioException;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class MemFdTest {
    private final SystemCalls sys = SystemCalls.linux();

    @Test
    void its_size_is_whole_pages_and_sealed() {
        try (MemFd file = MemFd.of(sys, "sealed", sys.pageSize() + 1)) {
            assertThat(file.size()).isEqualTo(2L * sys.pageSize());
            assertThat(file.pageSize()).isEqualTo(sys.pageSize());
            int number = file.fd().acquire();
            try {
                assertThat(sys.ftruncate(number, 0)).isEqualTo(-Errno.EPERM);
                assertThat(sys.ftruncate(number, file.size() * 2)).isEqualTo(-Errno.EPERM);
                assertThat(sys.fcntl(number, Abi.F_ADD_SEALS, Abi.F_SEAL_WRITE)).isEqualTo(-Errno.EPERM);
                assertThat(sys.fcntl(number, Abi.F_GETFD, 0)).isEqualTo(Abi.FD_CLOEXEC);
            } finally {
                file.fd().release();
            }
        }
    }

    @Test
    void a_mapping_outlives_the_file() {
        Mapping mapping;
        try (MemFd file = MemFd.of(sys, "outlived", 1)) {
            mapping = file.map(0, file.size());
        }
        mapping.memory().set(ValueLayout.JAVA_LONG, 0, 42);
        assertThat(mapping.memory().get(ValueLayout.JAVA_LONG, 0)).isEqualTo(42);
        mapping.close();
    }

    /** {@code FALLOC_FL_PUNCH_HOLE} and {@code FALLOC_FL_KEEP_SIZE} of {@code falloc.h}. */
    @Test
    void who_else_has_it_can_punch_holes_which_read_as_zeroes() {
        try (MemFd file = MemFd.of(sys, "holes", 16L * sys.pageSize());
                Mapping mapping = file.map(0, file.size())) {
            mapping.memory().fill((byte) 1);
            int number = file.fd().acquire();
            try {
                assertThat(sys.fallocate(number, 0x2 | 0x1, 0, file.size())).isZero();
            } finally {
                file.fd().release();
            }
            for (long at = 0; at < file.size(); at++) {
                assertThat(mapping.memory().get(ValueLayout.JAVA_BYTE, at)).isZero();
            }
            mapping.memory().fill((byte) 2);
        }
    }

    /** Runs to the end where huge pages are set aside, and to the typed refusal where none are. */
    @Test
    void huge_pages_are_there_when_it_returns_or_it_does_not_return() throws IOException {
        Path free = Path.of("/sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages");
        long pages = Files.exists(free) ? Long.parseLong(Files.readString(free).strip()) : -1;
        if (pages > 0) {
            try (MemFd file = MemFd.of(sys, "huge", 4096, MemFd.HUGE_2_MIB);
                    Mapping mapping = file.map(0, 4096)) {
                assertThat(file.size()).isEqualTo(MemFd.HUGE_2_MIB);
                assertThat(mapping.address() % MemFd.HUGE_2_MIB).isZero();
                assertThat(mapping.memory().byteSize()).isEqualTo(4096);
                assertThat(mapping.memory().get(ValueLayout.JAVA_LONG, 0)).isZero();
            }
        } else {
            assertThatThrownBy(() -> MemFd.of(sys, "huge", 4096, MemFd.HUGE_2_MIB))
                    .isInstanceOfSatisfying(VfioException.class, e -> {
                        assertThat(e.name()).isIn("ENOSPC", "ENOMEM", "ENODEV");
                        assertThat(e.hint()).contains("huge pages");
                    });
        }
    }

    @Test
    void a_page_size_that_no_machine_has_is_refused() {
        assertThatThrownBy(() -> MemFd.of(sys, "odd", 4096, 5000)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> MemFd.of(sys, "odd", 4096, 1L << 40)).isInstanceOf(VfioException.class);
        assertThatThrownBy(() -> MemFd.of(sys, "none", 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> MemFd.of(sys, "none", -1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void a_kernel_without_the_no_exec_seal_is_asked_again_without_it() {
        SystemCalls old = InterceptedCalls.of(
                "memfdCreate",
                (arguments, real) -> ((int) arguments[1] & Abi.MFD_NOEXEC_SEAL) != 0 ? -Errno.EINVAL : real.make());
        try (MemFd file = MemFd.of(old, "old", 1)) {
            assertThat(file.size()).isEqualTo(sys.pageSize());
        }
    }
}
