// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.sys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jvfio.Errno;
import io.jvfio.VfioException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class SharedEventFdTest {
    private static final long FULL = -2;

    private final SystemCalls sys = SystemCalls.linux();

    /** A counter whose reads and writes wait, as {@code eventfd(0, 0)} makes it. */
    private Descriptor blocking() {
        return Descriptor.of(sys, sys.eventfd(0, Abi.EFD_CLOEXEC), "eventfd", "a peer's eventfd");
    }

    private void add(Descriptor counter, long count) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment word = arena.allocateFrom(ValueLayout.JAVA_LONG, count);
            assertThat(sys.write(counter.acquire(), word, Long.BYTES)).isEqualTo(Long.BYTES);
            counter.release();
        }
    }

    /** Calls that fill the counter between the look for room and the write, as a peer that has seen the look would. */
    private SystemCalls filledAfterEachLook(Descriptor counter) {
        return InterceptedCalls.of("poll", (arguments, real) -> {
            Object found = real.make();
            if ((int) arguments[2] == 0 && (int) found == 1) {
                add(counter, FULL);
            }
            return found;
        });
    }

    @Test
    void signals_of_a_blocking_counter_are_counted() {
        try (Descriptor counter = blocking();
                SharedEventFd shared = SharedEventFd.duplicate(sys, counter, () -> {})) {
            assertThat(shared.drain()).isZero();
            assertThat(shared.signal()).isTrue();
            assertThat(shared.signal()).isTrue();
            assertThat(shared.drain()).isEqualTo(2);
        }
    }

    @Test
    void a_full_counter_is_left_full_and_nobody_waits_for_it() {
        AtomicBoolean heldUp = new AtomicBoolean();
        try (Descriptor counter = blocking();
                SharedEventFd shared = SharedEventFd.duplicate(sys, counter, () -> heldUp.set(true))) {
            add(counter, FULL);
            assertThat(shared.signal()).isTrue();
            assertThat(shared.drain()).isEqualTo(FULL);
            assertThat(shared.signal()).isTrue();
            assertThat(shared.drain()).isEqualTo(1);
            assertThat(heldUp).isFalse();
        }
    }

    @Test
    void a_write_that_is_held_up_is_freed_and_told_of_once() throws InterruptedException {
        CountDownLatch told = new CountDownLatch(1);
        AtomicInteger times = new AtomicInteger();
        try (Descriptor counter = blocking();
                SharedEventFd shared = SharedEventFd.duplicate(filledAfterEachLook(counter), counter, () -> {
                    times.incrementAndGet();
                    told.countDown();
                })) {
            long start = System.nanoTime();
            assertThat(shared.signal()).isTrue();
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(1));
            assertThat(told.await(1, TimeUnit.SECONDS)).isTrue();
            // It is not given a second chance.
            shared.drain();
            assertThat(shared.signal()).isTrue();
            assertThat(shared.drain()).isZero();
            assertThat(times).hasValue(1);
        }
    }

    @Test
    void a_peer_that_fills_it_again_and_again_holds_nobody_for_ever() throws InterruptedException {
        SystemCalls blind = InterceptedCalls.of("poll", (arguments, real) -> {
            ((MemorySegment) arguments[0]).set(ValueLayout.JAVA_SHORT, 6, (short) Abi.POLLOUT);
            return 1;
        });
        AtomicBoolean over = new AtomicBoolean();
        List<Thread> peers = new ArrayList<>();
        try (Descriptor counter = blocking();
                SharedEventFd shared = SharedEventFd.duplicate(blind, counter, () -> {})) {
            add(counter, FULL);
            for (int i = 0; i < 2; i++) {
                peers.add(Thread.ofPlatform().daemon().start(() -> {
                    while (!over.get()) {
                        add(counter, FULL);
                    }
                }));
            }
            long start = System.nanoTime();
            assertThat(shared.signal()).isTrue();
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(2));
            over.set(true);
            for (Thread peer : peers) {
                while (!peer.join(Duration.ofMillis(1))) {
                    shared.drain();
                }
            }
        }
    }

    @Test
    void closing_ends_a_write_that_is_held_up_and_tells_nobody() throws InterruptedException {
        AtomicBoolean heldUp = new AtomicBoolean();
        try (Descriptor counter = blocking()) {
            SharedEventFd shared =
                    SharedEventFd.duplicate(filledAfterEachLook(counter), counter, () -> heldUp.set(true));
            Thread writer = Thread.ofPlatform().start(shared::signal);
            while (!shared.isWriting()) {
                Thread.onSpinWait();
            }
            long start = System.nanoTime();
            shared.close();
            writer.join();
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(1));
            assertThat(shared.signal()).isFalse();
            assertThat(heldUp).isFalse();
        }
    }

    @Test
    void signals_of_many_threads_add_up() throws InterruptedException {
        try (Descriptor counter = blocking();
                SharedEventFd shared = SharedEventFd.duplicate(sys, counter, () -> {})) {
            List<Thread> threads = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                threads.add(Thread.ofPlatform().start(() -> {
                    for (int n = 0; n < 10_000; n++) {
                        shared.signal();
                    }
                }));
            }
            for (Thread thread : threads) {
                thread.join();
            }
            assertThat(shared.drain()).isEqualTo(40_000);
        }
    }

    @Test
    void a_file_of_another_kind_is_no_counter() {
        try (MemFd file = MemFd.of(sys, "no-counter", 4096)) {
            assertThatThrownBy(() -> SharedEventFd.duplicate(sys, file.fd(), () -> {}))
                    .isInstanceOfSatisfying(
                            VfioException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EINVAL))
                    .hasMessageContaining("no-counter");
        }
    }

    @Test
    void the_watchdog_ends_with_the_last_of_them() throws InterruptedException {
        try (Descriptor counter = blocking();
                SharedEventFd shared = SharedEventFd.duplicate(sys, counter, () -> {})) {
            shared.signal();
            assertThat(watchdogs()).hasSize(1);
        }
        for (Thread watchdog : watchdogs()) {
            assertThat(watchdog.join(Duration.ofSeconds(5))).isTrue();
        }
    }

    private static List<Thread> watchdogs() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("jvfio-eventfd-watchdog"))
                .toList();
    }

    @Test
    @Tag("allocation")
    @Timeout(90)
    void signal_and_drain_allocate_nothing() {
        try (Descriptor counter = blocking();
                SharedEventFd shared = SharedEventFd.duplicate(sys, counter, () -> {})) {
            Allocations.assertNone(() -> {
                shared.signal();
                if (shared.drain() != 1) {
                    throw new AssertionError("lost");
                }
            });
        }
    }
}
