// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.sys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jvfio.Errno;
import io.jvfio.VfioException;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class EventFdTest {
    private final SystemCalls sys = SystemCalls.linux();

    @Test
    void drain_takes_all_that_was_signalled() {
        try (EventFd events = EventFd.open(sys)) {
            assertThat(events.drain()).isZero();
            events.signal(1);
            events.signal(41);
            assertThat(events.drain()).isEqualTo(42);
            assertThat(events.drain()).isZero();
        }
    }

    @Test
    void it_is_non_blocking_and_close_on_exec() {
        try (EventFd events = EventFd.open(sys)) {
            int number = events.fd().acquire();
            assertThat(sys.fcntl(number, Abi.F_GETFD, 0)).isEqualTo(Abi.FD_CLOEXEC);
            assertThat(sys.fcntl(number, Abi.F_GETFL, 0) & Abi.O_NONBLOCK).isNotZero();
            events.fd().release();
        }
    }

    /** Whoever has the open file can make reads of it wait. */
    @Test
    void drain_does_not_wait_where_another_process_made_reads_wait() {
        List<UnixSocket> ends = UnixSocket.pair(sys);
        try (EventFd events = EventFd.open(sys);
                UnixSocket own = ends.get(0);
                UnixSocket peer = ends.get(1);
                Arena arena = Arena.ofConfined();
                Descriptor duplicate = events.fd().duplicate()) {
            assertThat(events.fd().isShared()).isFalse();
            own.send(arena.allocate(1), List.of(duplicate));
            List<Descriptor> received = new ArrayList<>();
            peer.receive(arena.allocate(1), 1, received);
            try (Descriptor theirs = received.getFirst()) {
                assertThat(sys.fcntl(theirs.acquire(), Abi.F_SETFL, Abi.O_RDWR)).isZero();
                theirs.release();
                assertThat(theirs.isShared()).isTrue();
            }
            assertThat(events.drain()).isZero();
            events.signal(2);
            assertThat(events.drain()).isEqualTo(2);
        }
    }

    /** What other processes may have: what came from one, and what this one passes on, with its duplicates. */
    @Test
    void a_descriptor_knows_whether_others_may_have_its_file() {
        try (EventFd events = EventFd.open(sys);
                Descriptor before = events.fd().duplicate()) {
            assertThat(before.isShared()).isFalse();
            before.share();
            assertThat(events.fd().isShared()).isTrue();
            try (Descriptor after = events.fd().duplicate()) {
                assertThat(after.isShared()).isTrue();
            }
        }
        int number = sys.eventfd(0, Abi.EFD_NONBLOCK);
        try (Descriptor adopted = Descriptor.adopt(sys, number, "adopted")) {
            assertThat(adopted.isShared()).isTrue();
        }
    }

    @Test
    void a_full_counter_says_so_and_loses_nothing() {
        try (EventFd events = EventFd.open(sys)) {
            events.signal(Long.MAX_VALUE);
            events.signal(Long.MAX_VALUE);
            assertThatThrownBy(() -> events.signal(1))
                    .isInstanceOfSatisfying(
                            VfioException.class, e -> assertThat(e.name()).isEqualTo("EAGAIN"));
            assertThat(events.drain()).isEqualTo(-2);
        }
    }

    @Test
    void bad_counts_and_closed_counters_are_refused() {
        EventFd events = EventFd.open(sys);
        assertThatThrownBy(() -> events.signal(0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> events.signal(-1)).isInstanceOf(IllegalArgumentException.class);
        events.close();
        events.close();
        assertThat(events.isOpen()).isFalse();
        assertThatThrownBy(() -> events.signal(1)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(events::drain).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void an_interrupted_read_or_write_is_made_again() {
        int[] interruptions = {0};
        SystemCalls interrupted = InterceptedCalls.of(
                "write", (arguments, real) -> interruptions[0]++ < 2 ? -(long) Errno.EINTR : real.make());
        try (EventFd events = EventFd.open(interrupted)) {
            events.signal(3);
            assertThat(interruptions[0]).isEqualTo(3);
            assertThat(events.drain()).isEqualTo(3);
        }
    }

    @Test
    void signals_of_many_threads_add_up() throws Exception {
        try (EventFd events = EventFd.open(sys);
                var threads = Executors.newFixedThreadPool(4)) {
            AtomicLong drained = new AtomicLong();
            Callable<Void> signaller = () -> {
                for (int i = 0; i < 10_000; i++) {
                    events.signal(1);
                }
                return null;
            };
            Callable<Void> drainer = () -> {
                for (int i = 0; i < 10_000; i++) {
                    drained.addAndGet(events.drain());
                }
                return null;
            };
            for (Future<Void> run : threads.invokeAll(List.of(signaller, signaller, signaller, drainer))) {
                run.get();
            }
            assertThat(drained.get() + events.drain()).isEqualTo(30_000);
        }
    }

    @Test
    @Tag("allocation")
    void signal_and_drain_allocate_nothing() {
        try (EventFd events = EventFd.open(sys)) {
            Allocations.assertNone(() -> {
                events.signal(1);
                if (events.drain() != 1) {
                    throw new AssertionError("lost");
                }
            });
        }
    }
}
