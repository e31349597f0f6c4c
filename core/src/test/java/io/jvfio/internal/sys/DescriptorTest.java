// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.sys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jvfio.Errno;
import io.jvfio.Fd;
import io.jvfio.VfioException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class DescriptorTest {
    private final SystemCalls sys = SystemCalls.linux();

    @Test
    void a_file_that_cannot_be_opened_is_named_with_its_errno() {
        assertThatThrownBy(() -> Descriptor.open(sys, "/dev/vfio/4711", Abi.O_RDWR))
                .isInstanceOfSatisfying(VfioException.class, e -> {
                    assertThat(e.call()).isEqualTo("open");
                    assertThat(e.errno()).isEqualTo(Errno.ENOENT);
                    assertThat(e.subject()).isEqualTo("/dev/vfio/4711");
                    assertThat(e.hint()).isNotEmpty();
                });
    }

    @Test
    void opened_duplicated_and_adopted_descriptors_are_close_on_exec() {
        try (Descriptor opened = Descriptor.open(sys, "/dev/null", Abi.O_RDWR);
                Descriptor twin = opened.duplicate()) {
            assertThat(flags(opened)).isEqualTo(Abi.FD_CLOEXEC);
            assertThat(flags(twin)).isEqualTo(Abi.FD_CLOEXEC);
            assertThat(number(twin)).isNotEqualTo(number(opened));
        }
        int inherited = sys.open("/dev/null", Abi.O_RDWR, 0);
        assertThat(sys.fcntl(inherited, Abi.F_GETFD, 0)).isZero();
        try (Descriptor adopted = Descriptor.adopt(sys, inherited, "inherited")) {
            assertThat(flags(adopted)).isEqualTo(Abi.FD_CLOEXEC);
        }
        assertThat(sys.fcntl(inherited, Abi.F_GETFD, 0)).isEqualTo(-Errno.EBADF);
    }

    @Test
    void only_an_open_number_can_be_adopted() {
        assertThatThrownBy(() -> Descriptor.adopt(sys, -1, "nothing")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Descriptor.adopt(sys, 1_000_000, "nothing"))
                .isInstanceOfSatisfying(
                        VfioException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EBADF));
    }

    @Test
    void a_closed_descriptor_says_so_and_closes_its_number_once() {
        CloseCounter counter = new CloseCounter();
        Descriptor fd = counter.descriptor();
        assertThat(fd.isOpen()).isTrue();
        fd.close();
        fd.close();
        assertThat(fd.isOpen()).isFalse();
        assertThat(counter.closes.get()).isEqualTo(1);
        assertThatThrownBy(fd::acquire)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("counted is closed");
        assertThatThrownBy(fd::duplicate).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(fd::release).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void a_release_without_an_acquire_is_refused() {
        try (Descriptor fd = Descriptor.open(sys, "/dev/null", Abi.O_RDWR)) {
            assertThatThrownBy(fd::release).isInstanceOf(IllegalStateException.class);
            fd.acquire();
            fd.release();
            assertThat(fd.isOpen()).isTrue();
        }
    }

    @Test
    @Timeout(20)
    void close_waits_for_the_call_that_uses_the_number() throws Exception {
        CloseCounter counter = new CloseCounter();
        Descriptor fd = counter.descriptor();
        fd.acquire();
        Thread closer = Thread.ofPlatform().start(fd::close);
        while (fd.isOpen()) {
            Thread.onSpinWait();
        }
        assertThatThrownBy(fd::acquire).isInstanceOf(IllegalStateException.class);
        assertThat(counter.closes.get()).isZero();
        fd.release();
        closer.join();
        assertThat(counter.closes.get()).isEqualTo(1);
    }

    @Test
    @Timeout(20)
    void after_a_second_close_gives_up_and_the_last_user_closes() {
        CloseCounter counter = new CloseCounter();
        Descriptor fd = counter.descriptor();
        fd.acquire();
        fd.acquire();
        long start = System.nanoTime();
        fd.close();
        assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(1000));
        fd.release();
        assertThat(counter.closes.get()).isZero();
        fd.release();
        assertThat(counter.closes.get()).isEqualTo(1);
    }

    @Test
    @Timeout(20)
    void an_interrupted_close_returns_and_stays_interrupted() {
        CloseCounter counter = new CloseCounter();
        Descriptor fd = counter.descriptor();
        fd.acquire();
        Thread.currentThread().interrupt();
        fd.close();
        assertThat(Thread.interrupted()).isTrue();
        fd.release();
        assertThat(counter.closes.get()).isEqualTo(1);
    }

    @Test
    void a_failing_close_is_still_the_only_one() {
        CloseCounter counter = new CloseCounter();
        Descriptor fd = Descriptor.of(counter.failing(), 5, "open", "counted");
        fd.close();
        fd.close();
        assertThat(counter.closes.get()).isEqualTo(1);
    }

    @Test
    void reads_and_writes_go_to_the_file() {
        try (Descriptor fd = Descriptor.open(sys, "/dev/zero", Abi.O_RDWR);
                Arena arena = Arena.ofConfined()) {
            MemorySegment word = arena.allocateFrom(ValueLayout.JAVA_LONG, -1L);
            assertThat(fd.pwrite(word, 8, 0)).isEqualTo(8);
            assertThat(fd.pread(word, 8, 0)).isEqualTo(8);
            assertThat(word.get(ValueLayout.JAVA_LONG, 0)).isZero();
            assertThat(fd.ioctl(0, word)).isEqualTo(-Errno.ENOTTY);
            assertThat(fd.ioctl(0, 0L)).isEqualTo(-Errno.ENOTTY);
        }
    }

    /**
     * Users and one closer race for each of many descriptors. A number that is used after its close, or closed twice, would
     * show as a use count that is wrong at the moment of the close.
     */
    @Test
    @Timeout(120)
    void no_number_is_used_after_its_close_or_closed_twice() throws Exception {
        int users = 3;
        int rounds = 20_000;
        CyclicBarrier barrier = new CyclicBarrier(users + 1);
        Round[] round = {new Round()};
        try (var threads = Executors.newFixedThreadPool(users)) {
            Future<?>[] runs = new Future<?>[users];
            for (int u = 0; u < users; u++) {
                runs[u] = threads.submit(() -> {
                    for (int r = 0; r < rounds; r++) {
                        barrier.await();
                        round[0].use();
                        barrier.await();
                    }
                    return null;
                });
            }
            for (int r = 0; r < rounds; r++) {
                round[0] = new Round();
                barrier.await();
                round[0].fd.close();
                barrier.await();
                assertThat(round[0].closes.get()).isEqualTo(1);
                assertThat(round[0].violations.get()).isZero();
            }
            for (Future<?> run : runs) {
                run.get();
            }
        }
    }

    private static final class Round {
        private final AtomicInteger using = new AtomicInteger();
        private final AtomicInteger closes = new AtomicInteger();
        private final AtomicInteger violations = new AtomicInteger();
        private final Descriptor fd = Descriptor.of(
                InterceptedCalls.of("close", (arguments, real) -> {
                    closes.incrementAndGet();
                    if (using.get() != 0) {
                        violations.incrementAndGet();
                    }
                    return 0;
                }),
                7,
                "open",
                "raced");

        private void use() {
            for (int i = 0; i < 50; i++) {
                try {
                    fd.acquire();
                } catch (IllegalStateException closed) {
                    return;
                }
                using.incrementAndGet();
                if (closes.get() != 0) {
                    violations.incrementAndGet();
                }
                using.decrementAndGet();
                fd.release();
            }
        }
    }

    @Test
    @Tag("allocation")
    @Timeout(90)
    void acquire_and_release_allocate_nothing() {
        try (Descriptor fd = Descriptor.open(sys, "/dev/null", Abi.O_RDWR)) {
            Allocations.assertNone(() -> {
                fd.acquire();
                fd.release();
            });
        }
    }

    private int flags(Fd fd) {
        int result = sys.fcntl(fd.acquire(), Abi.F_GETFD, 0);
        fd.release();
        return result;
    }

    private static int number(Fd fd) {
        int number = fd.acquire();
        fd.release();
        return number;
    }

    private static final class CloseCounter {
        private final AtomicInteger closes = new AtomicInteger();

        private Descriptor descriptor() {
            return Descriptor.of(InterceptedCalls.of("close", (arguments, real) -> countAnd(0)), 5, "open", "counted");
        }

        private SystemCalls failing() {
            return InterceptedCalls.of("close", (arguments, real) -> countAnd(-Errno.EIO));
        }

        private Object countAnd(int result) {
            closes.incrementAndGet();
            return result;
        }
    }
}
