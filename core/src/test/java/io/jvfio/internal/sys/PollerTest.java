// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.sys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jvfio.Errno;
import io.jvfio.VfioException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class PollerTest {
    private static final long FOREVER = -1;

    private final SystemCalls sys = SystemCalls.linux();

    @Test
    void it_says_which_descriptors_are_ready() {
        try (EventFd first = EventFd.open(sys);
                EventFd second = EventFd.open(sys);
                Poller poller = new Poller(sys, 3)) {
            poller.set(0, first.fd(), Abi.POLLIN);
            poller.set(2, second.fd(), Abi.POLLIN);
            assertThat(poller.await(0)).isZero();
            second.signal(1);
            assertThat(poller.await(FOREVER)).isEqualTo(1);
            assertThat(poller.ready(0)).isZero();
            assertThat(poller.ready(1)).isZero();
            assertThat(poller.ready(2)).isEqualTo(Abi.POLLIN);
            second.drain();
            assertThat(poller.await(0)).isZero();
            assertThat(poller.ready(2)).isZero();
        }
    }

    @Test
    void a_cleared_index_is_not_waited_for() {
        try (EventFd events = EventFd.open(sys);
                Poller poller = new Poller(sys, 1)) {
            poller.set(0, events.fd(), Abi.POLLIN);
            events.signal(1);
            assertThat(poller.await(0)).isEqualTo(1);
            poller.clear(0);
            assertThat(poller.await(0)).isZero();
            assertThat(poller.ready(0)).isZero();
        }
    }

    @Test
    void a_signal_of_another_thread_ends_the_wait() throws Exception {
        try (EventFd events = EventFd.open(sys);
                Poller poller = new Poller(sys, 1)) {
            poller.set(0, events.fd(), Abi.POLLIN);
            Thread signaller = Thread.ofVirtual().start(() -> events.signal(7));
            assertThat(poller.await(FOREVER)).isEqualTo(1);
            assertThat(events.drain()).isEqualTo(7);
            signaller.join();
        }
    }

    @Test
    void a_wait_never_ends_early() {
        try (EventFd events = EventFd.open(sys);
                Poller poller = new Poller(sys, 1)) {
            poller.set(0, events.fd(), Abi.POLLIN);
            long timeout = TimeUnit.MICROSECONDS.toNanos(2500);
            long start = System.nanoTime();
            assertThat(poller.await(timeout)).isZero();
            assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(timeout);
        }
    }

    @Test
    void an_interrupted_wait_goes_on_for_the_rest_of_its_time() {
        List<Integer> timeouts = new ArrayList<>();
        SystemCalls interrupted = InterceptedCalls.of("poll", (arguments, real) -> {
            timeouts.add((Integer) arguments[2]);
            if (timeouts.size() <= 2) {
                busyFor(TimeUnit.MILLISECONDS.toNanos(20));
                return -Errno.EINTR;
            }
            return real.make();
        });
        try (EventFd events = EventFd.open(interrupted);
                Poller poller = new Poller(interrupted, 1)) {
            poller.set(0, events.fd(), Abi.POLLIN);
            long start = System.nanoTime();
            assertThat(poller.await(TimeUnit.MILLISECONDS.toNanos(60))).isZero();
            assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(60));
            assertThat(timeouts.getFirst()).isEqualTo(60);
            assertThat(timeouts.get(1)).isLessThanOrEqualTo(40);
            assertThat(timeouts.get(2)).isLessThanOrEqualTo(20);
        }
    }

    @Test
    void an_interruption_after_the_time_is_over_still_looks_once() {
        int[] calls = {0};
        SystemCalls interrupted =
                InterceptedCalls.of("poll", (arguments, real) -> calls[0]++ == 0 ? -Errno.EINTR : real.make());
        try (EventFd events = EventFd.open(interrupted);
                Poller poller = new Poller(interrupted, 1)) {
            poller.set(0, events.fd(), Abi.POLLIN);
            events.signal(1);
            assertThat(poller.await(0)).isEqualTo(1);
        }
    }

    @Test
    void a_closed_descriptor_is_refused_and_the_others_are_let_go() {
        EventFd open = EventFd.open(sys);
        EventFd closed = EventFd.open(sys);
        try (Poller poller = new Poller(sys, 2)) {
            poller.set(0, open.fd(), Abi.POLLIN);
            poller.set(1, closed.fd(), Abi.POLLIN);
            closed.close();
            assertThatThrownBy(() -> poller.await(0)).isInstanceOf(IllegalStateException.class);
            long start = System.nanoTime();
            open.close();
            assertThat(System.nanoTime() - start).isLessThan(TimeUnit.MILLISECONDS.toNanos(900));
        }
    }

    @Test
    void a_failing_poll_is_reported() {
        SystemCalls faulty = InterceptedCalls.of("poll", (arguments, real) -> -Errno.ENOMEM);
        try (Poller poller = new Poller(faulty, 1)) {
            assertThatThrownBy(() -> poller.await(0)).isInstanceOf(VfioException.class);
        }
    }

    @Test
    @Tag("allocation")
    @Timeout(90)
    void a_wait_allocates_nothing() {
        try (EventFd events = EventFd.open(sys);
                Poller poller = new Poller(sys, 2)) {
            poller.set(0, events.fd(), Abi.POLLIN);
            events.signal(1);
            Allocations.assertNone(() -> {
                if (poller.await(1_000_000) != 1 || poller.ready(0) != Abi.POLLIN) {
                    throw new AssertionError("not ready");
                }
            });
        }
    }

    private static void busyFor(long nanos) {
        long start = System.nanoTime();
        while (System.nanoTime() - start < nanos) {
            Thread.onSpinWait();
        }
    }
}
