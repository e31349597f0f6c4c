// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.sys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jvfio.Errno;
import io.jvfio.VfioException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class EpollTest {
    private final SystemCalls sys = SystemCalls.linux();

    @Test
    void each_ready_member_comes_with_its_64_bit_key() {
        List<EventFd> members = new ArrayList<>();
        try (Epoll epoll = Epoll.open(sys, 8)) {
            Set<Long> keys = new HashSet<>();
            for (int i = 0; i < 5; i++) {
                EventFd member = EventFd.open(sys);
                members.add(member);
                long key = 0xfedcba9876543210L + i;
                epoll.add(member.fd(), Abi.EPOLLIN, key);
                keys.add(key);
                member.signal(1);
            }
            int count = epoll.await(0);
            Set<Long> found = new HashSet<>();
            for (int i = 0; i < count; i++) {
                assertThat(epoll.events(i)).isEqualTo(Abi.EPOLLIN);
                found.add(epoll.key(i));
            }
            assertThat(found).isEqualTo(keys);
        } finally {
            members.forEach(EventFd::close);
        }
    }

    @Test
    void more_events_than_the_capacity_come_in_the_next_wait() {
        try (EventFd first = EventFd.open(sys);
                EventFd second = EventFd.open(sys);
                Epoll epoll = Epoll.open(sys, 1)) {
            epoll.add(first.fd(), Abi.EPOLLIN, 1);
            epoll.add(second.fd(), Abi.EPOLLIN, 2);
            first.signal(1);
            second.signal(1);
            assertThat(epoll.await(0)).isEqualTo(1);
            long key = epoll.key(0);
            (key == 1 ? first : second).drain();
            assertThat(epoll.await(0)).isEqualTo(1);
            assertThat(epoll.key(0)).isEqualTo(3 - key);
        }
    }

    @Test
    void members_can_be_changed_and_removed_during_a_wait() throws Exception {
        try (EventFd member = EventFd.open(sys);
                EventFd wake = EventFd.open(sys);
                Epoll epoll = Epoll.open(sys, 4)) {
            epoll.add(wake.fd(), Abi.EPOLLIN, 0);
            Thread other = Thread.ofPlatform().start(() -> {
                epoll.add(member.fd(), 0, 1);
                epoll.modify(member.fd(), Abi.EPOLLIN, 2);
                member.signal(1);
            });
            assertThat(epoll.await(-1)).isEqualTo(1);
            assertThat(epoll.key(0)).isEqualTo(2);
            other.join();
            epoll.remove(member.fd());
            assertThat(epoll.await(0)).isZero();
        }
    }

    @Test
    void a_wrong_change_is_reported() {
        try (EventFd member = EventFd.open(sys);
                Epoll epoll = Epoll.open(sys, 1)) {
            assertThatThrownBy(() -> epoll.remove(member.fd()))
                    .isInstanceOfSatisfying(
                            VfioException.class, e -> assertThat(e.name()).isEqualTo("ENOENT"));
            epoll.add(member.fd(), Abi.EPOLLIN, 0);
            assertThatThrownBy(() -> epoll.add(member.fd(), Abi.EPOLLIN, 0))
                    .isInstanceOfSatisfying(
                            VfioException.class, e -> assertThat(e.name()).isEqualTo("EEXIST"));
        }
        assertThatThrownBy(() -> Epoll.open(sys, 0)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void a_wait_takes_its_time_and_goes_on_after_an_interruption() {
        int[] calls = {0};
        SystemCalls interrupted =
                InterceptedCalls.of("epollWait", (arguments, real) -> calls[0]++ == 0 ? -Errno.EINTR : real.make());
        try (Epoll epoll = Epoll.open(interrupted, 1)) {
            long timeout = TimeUnit.MICROSECONDS.toNanos(1500);
            long start = System.nanoTime();
            assertThat(epoll.await(timeout)).isZero();
            assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(timeout);
            assertThat(calls[0]).isGreaterThanOrEqualTo(2);
        }
    }

    @Test
    void a_closed_set_says_so() {
        Epoll epoll = Epoll.open(sys, 1);
        epoll.close();
        epoll.close();
        assertThatThrownBy(() -> epoll.await(0)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    @Tag("allocation")
    @Timeout(90)
    void waiting_and_changing_allocate_nothing() {
        try (EventFd member = EventFd.open(sys);
                Epoll epoll = Epoll.open(sys, 1)) {
            epoll.add(member.fd(), Abi.EPOLLIN, 1);
            member.signal(1);
            Allocations.assertNone(() -> {
                epoll.modify(member.fd(), Abi.EPOLLIN, 5);
                if (epoll.await(0) != 1 || epoll.key(0) != 5) {
                    throw new AssertionError("not ready");
                }
            });
        }
    }
}
