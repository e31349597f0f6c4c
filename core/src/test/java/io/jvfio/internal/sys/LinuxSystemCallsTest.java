// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.sys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jvfio.Errno;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LinuxSystemCallsTest {
    private static final int FIONREAD = 0x541B;

    private final SystemCalls sys = SystemCalls.linux();

    @TempDir
    Path folder;

    @Test
    void a_failed_call_returns_its_negative_errno() {
        assertThat(sys.open("/no/such/file", Abi.O_RDONLY, 0)).isEqualTo(-Errno.ENOENT);
        assertThat(sys.close(-1)).isEqualTo(-Errno.EBADF);
        assertThat(sys.read(-1, MemorySegment.NULL, 0)).isEqualTo(-Errno.EBADF);
        assertThat(sys.mmap(0, 0, Abi.PROT_READ, Abi.MAP_PRIVATE | Abi.MAP_ANONYMOUS, -1, 0))
                .isEqualTo(-Errno.EINVAL);
        assertThat(sys.munmap(1, 4096)).isEqualTo(-Errno.EINVAL);
        assertThat(sys.ioctl(-1, 0, 0)).isEqualTo(-Errno.EBADF);
        assertThat(sys.ftruncate(-1, 0)).isEqualTo(-Errno.EBADF);
        assertThat(sys.epollCreate(-1)).isEqualTo(-Errno.EINVAL);
        assertThat(sys.socket(-1, 0, 0)).isEqualTo(-Errno.EAFNOSUPPORT);
        assertThat(sys.accept4(-1, 0)).isEqualTo(-Errno.EBADF);
        assertThat(sys.shutdown(-1, 0)).isEqualTo(-Errno.EBADF);
        assertThat(sys.flock(-1, Abi.LOCK_EX)).isEqualTo(-Errno.EBADF);
        assertThat(sys.setsockopt(-1, Abi.SOL_SOCKET, Abi.SO_SNDTIMEO, MemorySegment.NULL))
                .isEqualTo(-Errno.EBADF);
    }

    @Test
    void a_path_with_a_zero_inside_is_not_cut_short() {
        assertThat(sys.open("/dev/null\0/x", Abi.O_RDONLY, 0)).isEqualTo(-Errno.EINVAL);
        assertThat(sys.memfdCreate("a\0b", 0)).isEqualTo(-Errno.EINVAL);
    }

    @Test
    void open_passes_flags_and_mode_through_the_ellipsis() throws IOException {
        Path file = folder.resolve("made");
        int fd = sys.open(file.toString(), Abi.O_RDWR | Abi.O_CREAT | Abi.O_EXCL | Abi.O_CLOEXEC, 0600);
        try {
            assertThat(fd).isNotNegative();
            assertThat(Files.getPosixFilePermissions(file)).hasSize(2);
            assertThat(sys.fcntl(fd, Abi.F_GETFD, 0)).isEqualTo(Abi.FD_CLOEXEC);
        } finally {
            assertThat(sys.close(fd)).isZero();
        }
    }

    @Test
    void bytes_go_out_and_come_back_at_an_offset_beyond_4_gib() {
        int fd = sys.open(folder.resolve("sparse").toString(), Abi.O_RDWR | Abi.O_CREAT, 0600);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment out = arena.allocateFrom(ValueLayout.JAVA_LONG, 0x0123456789abcdefL);
            MemorySegment in = arena.allocate(ValueLayout.JAVA_LONG);
            long offset = (1L << 32) + 8;
            assertThat(sys.pwrite(fd, out, 8, offset)).isEqualTo(8);
            assertThat(sys.pread(fd, in, 8, offset)).isEqualTo(8);
            assertThat(in.get(ValueLayout.JAVA_LONG, 0)).isEqualTo(0x0123456789abcdefL);
            assertThat(sys.pread(fd, in, 8, 1L << 33)).isZero();
            assertThat(sys.ftruncate(fd, 0)).isZero();
            assertThat(sys.pread(fd, in, 8, offset)).isZero();
        } finally {
            sys.close(fd);
        }
    }

    @Test
    void ioctl_writes_its_answer_through_the_address() {
        List<UnixSocket> pair = UnixSocket.pair(sys);
        try (UnixSocket left = pair.get(0);
                UnixSocket right = pair.get(1);
                Arena arena = Arena.ofConfined()) {
            left.send(arena.allocate(5), List.of());
            MemorySegment answer = arena.allocate(ValueLayout.JAVA_INT);
            int result = right.fd().ioctl(FIONREAD, answer);
            assertThat(result).isZero();
            assertThat(answer.get(ValueLayout.JAVA_INT, 0)).isEqualTo(5);
        }
    }

    @Test
    void heap_memory_and_closed_memory_are_refused_by_name() {
        MemorySegment heap = MemorySegment.ofArray(new byte[8]);
        assertThatThrownBy(() -> sys.read(0, heap, 0)).isInstanceOf(IllegalArgumentException.class);
        MemorySegment closed;
        try (Arena arena = Arena.ofConfined()) {
            closed = arena.allocate(8);
        }
        assertThatThrownBy(() -> sys.read(0, closed, 0)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void the_page_size_and_the_user_are_those_of_the_process() throws IOException {
        assertThat(Long.bitCount(sys.pageSize())).isEqualTo(1);
        assertThat(sys.pageSize()).isGreaterThanOrEqualTo(4096);
        Object owner = Files.getAttribute(Path.of("/proc/self"), "unix:uid");
        assertThat(sys.geteuid()).isEqualTo(owner);
    }

    @Test
    void each_thread_sees_its_own_errno() throws Exception {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> runs = new ArrayList<>();
            for (int i = 0; i < 64; i++) {
                boolean odd = i % 2 == 1;
                runs.add(threads.submit(() -> {
                    for (int n = 0; n < 500; n++) {
                        int result = odd ? sys.close(-1) : sys.open("/no/such/file", 0, 0);
                        assertThat(result).isEqualTo(odd ? -Errno.EBADF : -Errno.ENOENT);
                        LockSupport.parkNanos(1); // the thread may go on on another carrier
                    }
                }));
            }
            for (Future<?> run : runs) {
                run.get();
            }
        }
    }

    @Test
    @Tag("allocation")
    void hot_calls_allocate_nothing() {
        int fd = sys.open("/dev/zero", Abi.O_RDWR, 0);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment word = arena.allocate(8);
            MemorySegment pollfd = arena.allocate(8, 4);
            pollfd.set(ValueLayout.JAVA_INT, 0, fd);
            pollfd.set(ValueLayout.JAVA_SHORT, 4, (short) Abi.POLLIN);
            Runnable calls = () -> {
                long sum = sys.pread(fd, word, 8, 0);
                sum += sys.pwrite(fd, word, 8, 0);
                sum += sys.read(fd, word, 8);
                sum += sys.write(fd, word, 8);
                sum += sys.poll(pollfd, 1, 0);
                sum += sys.ioctl(fd, FIONREAD, word);
                sum += sys.ioctl(fd, FIONREAD, 0L);
                if (sum != 33 - 2L * Errno.ENOTTY) {
                    throw new AssertionError("results add up to " + sum);
                }
            };
            Allocations.assertNone(calls);
        } finally {
            sys.close(fd);
        }
    }
}
