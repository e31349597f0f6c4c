// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.sys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jvfio.Errno;
import io.jvfio.VfioException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class MappingTest {
    private final SystemCalls sys = SystemCalls.linux();
    private final long page = sys.pageSize();

    @Test
    void two_mappings_of_one_file_show_the_same_bytes() {
        try (MemFd file = MemFd.of(sys, "shared", 2 * page);
                Mapping whole = file.map(0, 2 * page);
                Mapping second = Mapping.ofFile(sys, file.fd(), page, page, Abi.PROT_READ)) {
            whole.memory().set(ValueLayout.JAVA_LONG, page + 8, 42);
            assertThat(second.memory().get(ValueLayout.JAVA_LONG, 8)).isEqualTo(42);
            assertThat(second.memory().isReadOnly()).isTrue();
            assertThat(whole.memory().isReadOnly()).isFalse();
            assertThat(whole.address() % page).isZero();
        }
    }

    @Test
    void a_length_that_ends_inside_a_page_is_shown_exactly_and_unmapped_whole() throws IOException {
        Mapping mapping = Mapping.anonymous(sys, page + 10, page);
        assertThat(mapping.memory().byteSize()).isEqualTo(page + 10);
        assertThat(mappedAt(mapping.address() + page)).isTrue();
        assertThatThrownBy(() -> mapping.memory().get(ValueLayout.JAVA_BYTE, page + 10))
                .isInstanceOf(IndexOutOfBoundsException.class);
        mapping.close();
        assertThat(mappedAt(mapping.address())).isFalse();
        assertThat(mappedAt(mapping.address() + page)).isFalse();
    }

    @Test
    void an_access_after_close_throws_and_close_is_idempotent() {
        Mapping mapping = Mapping.anonymous(sys, page, page);
        MemorySegment memory = mapping.memory();
        MemorySegment slice = memory.asSlice(8, 8);
        mapping.close();
        mapping.close();
        assertThat(mapping.isOpen()).isFalse();
        assertThatThrownBy(() -> memory.get(ValueLayout.JAVA_BYTE, 0)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> slice.get(ValueLayout.JAVA_BYTE, 0)).isInstanceOf(IllegalStateException.class);
    }

    /** A write of more than the socket buffers is under way as soon as its first bytes arrive, and stays so. */
    @Test
    @Timeout(20)
    void while_a_system_call_uses_the_memory_close_refuses_and_leaves_it_usable() throws Exception {
        long size = 16 << 20;
        List<UnixSocket> pair = UnixSocket.pair(sys);
        try (UnixSocket left = pair.get(0);
                UnixSocket right = pair.get(1);
                Mapping sink = Mapping.anonymous(sys, page, page);
                Mapping mapping = Mapping.anonymous(sys, size, page)) {
            int number = left.fd().acquire();
            Thread writer = Thread.ofPlatform().start(() -> sys.write(number, mapping.memory(), size));
            long received = right.receive(sink.memory(), 0, List.of());
            assertThatThrownBy(mapping::close).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(mapping::quarantine).isInstanceOf(IllegalStateException.class);
            assertThat(mapping.isOpen()).isTrue();
            assertThat(mappedAt(mapping.address())).isTrue();
            assertThat(mapping.memory().get(ValueLayout.JAVA_LONG, size - 8)).isZero();
            while (received < size) {
                received += right.receive(sink.memory(), 0, List.of());
            }
            writer.join();
            left.fd().release();
        }
    }

    @Test
    void quarantined_memory_stays_mapped_until_close() throws IOException {
        Mapping mapping = Mapping.anonymous(sys, page, page);
        mapping.quarantine();
        assertThat(mapping.isOpen()).isFalse();
        assertThatThrownBy(() -> mapping.memory().get(ValueLayout.JAVA_BYTE, 0))
                .isInstanceOf(IllegalStateException.class);
        assertThat(mappedAt(mapping.address())).isTrue();
        mapping.close();
        assertThat(mappedAt(mapping.address())).isFalse();
    }

    @Test
    void a_failed_unmap_is_reported_and_can_be_tried_again() throws IOException {
        boolean[] fail = {true};
        SystemCalls faulty = InterceptedCalls.of("munmap", (arguments, real) -> fail[0] ? -Errno.ENOMEM : real.make());
        Mapping mapping = Mapping.anonymous(faulty, page, page);
        assertThatThrownBy(mapping::close)
                .isInstanceOfSatisfying(
                        VfioException.class, e -> assertThat(e.call()).isEqualTo("munmap"));
        assertThat(mappedAt(mapping.address())).isTrue();
        fail[0] = false;
        mapping.close();
        assertThat(mappedAt(mapping.address())).isFalse();
    }

    @Test
    void anonymous_memory_is_zeroed_and_not_inherited_by_a_child() throws IOException {
        try (Mapping mapping = Mapping.anonymous(sys, 3 * page, page)) {
            assertThat(mapping.memory().get(ValueLayout.JAVA_LONG, 2 * page)).isZero();
            String flags = String.join("\n", Files.readAllLines(Path.of("/proc/self/smaps")));
            String start = Long.toHexString(mapping.address());
            int at = flags.indexOf("\n" + start + "-");
            assertThat(at).isNotNegative();
            int line = flags.indexOf("VmFlags:", at);
            assertThat(flags.substring(line, flags.indexOf('\n', line))).contains(" dc");
        }
    }

    @Test
    void a_failing_madvise_leaves_nothing_mapped() throws IOException {
        long[] address = {0};
        SystemCalls faulty = InterceptedCalls.of("madvise", (arguments, real) -> {
            address[0] = (long) arguments[0];
            return -Errno.ENOMEM;
        });
        assertThatThrownBy(() -> Mapping.anonymous(faulty, page, page)).isInstanceOf(VfioException.class);
        assertThat(address[0]).isNotZero();
        assertThat(mappedAt(address[0])).isFalse();
    }

    @Test
    void arguments_that_cannot_be_mapped_are_refused_with_the_number_in_hex() {
        assertThatThrownBy(() -> Mapping.anonymous(sys, 0, page)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Mapping.anonymous(sys, page, 3000))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("0xbb8");
        assertThatThrownBy(() -> Mapping.anonymous(sys, Long.MAX_VALUE, page))
                .isInstanceOf(IllegalArgumentException.class);
        try (MemFd file = MemFd.of(sys, "small", page)) {
            assertThatThrownBy(() -> file.map(100, 8))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("0x64");
            assertThatThrownBy(() -> file.map(page, page)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> file.map(-page, page)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void a_file_that_cannot_be_mapped_is_named() {
        try (Descriptor fd = Descriptor.open(sys, "/dev/null", Abi.O_RDWR)) {
            assertThatThrownBy(() -> Mapping.ofFile(sys, fd, 0, page, Abi.PROT_READ))
                    .isInstanceOfSatisfying(VfioException.class, e -> {
                        assertThat(e.call()).isEqualTo("mmap");
                        assertThat(e.name()).isEqualTo("ENODEV");
                        assertThat(e.subject()).contains("/dev/null");
                    });
        }
    }

    private static boolean mappedAt(long address) throws IOException {
        try (var lines = Files.lines(Path.of("/proc/self/maps"))) {
            return lines.map(line -> line.substring(0, line.indexOf(' ')).split("-", 2))
                    .anyMatch(range -> Long.parseUnsignedLong(range[0], 16) <= address
                            && address < Long.parseUnsignedLong(range[1], 16));
        }
    }
}
