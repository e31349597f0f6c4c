// SPDX-License-Identifier: Apache-2.0
package io.jvfio.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jvfio.internal.sys.Descriptor;
import io.jvfio.internal.sys.EventFd;
import io.jvfio.internal.sys.Mapping;
import io.jvfio.internal.sys.MemFd;
import io.jvfio.internal.sys.SystemCalls;
import io.jvfio.internal.sys.UnixSocket;
import org.junit.jupiter.api.Test;

class LeakCheckTest {
    private final SystemCalls sys = SystemCalls.linux();

    @Test
    void nothing_held_is_nothing_leaked() {
        LeakCheck check = LeakCheck.start();
        try (EventFd events = EventFd.open(sys)) {
            events.signal(1);
        }
        check.assertNothingLeaked();
    }

    @Test
    void what_is_held_less_than_before_is_no_leak() {
        EventFd events = EventFd.open(sys);
        LeakCheck check = LeakCheck.start();
        events.close();
        check.assertNothingLeaked();
    }

    @Test
    void a_descriptor_left_open_is_named() {
        LeakCheck check = LeakCheck.start();
        try (EventFd events = EventFd.open(sys)) {
            assertThat(events.isOpen()).isTrue();
            assertThatThrownBy(check::assertNothingLeaked)
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("1 x fd anon_inode:[eventfd]");
        }
    }

    @Test
    void one_more_of_what_was_there_before_is_found() {
        try (EventFd first = EventFd.open(sys)) {
            LeakCheck check = LeakCheck.start();
            try (Descriptor second = first.fd().duplicate()) {
                assertThat(second.isOpen()).isTrue();
                assertThat(check.leaks()).containsExactly("1 x fd anon_inode:[eventfd]");
            }
        }
    }

    @Test
    void sockets_are_counted_though_their_numbers_differ() {
        LeakCheck check = LeakCheck.start();
        for (UnixSocket socket : UnixSocket.pair(sys)) {
            assertThat(check.leaks()).anyMatch(leak -> leak.endsWith("x fd socket"));
            socket.close();
        }
        check.assertNothingLeaked();
    }

    @Test
    void a_mapping_of_a_memory_file_left_behind_is_named_with_its_size() {
        LeakCheck check = LeakCheck.start();
        Mapping mapping;
        try (MemFd file = MemFd.of(sys, "left", sys.pageSize())) {
            mapping = file.map(0, file.size());
        }
        assertThat(check.leaks())
                .singleElement()
                .asString()
                .startsWith("0x" + Integer.toHexString(sys.pageSize()) + " bytes mapped of /memfd:left");
        mapping.close();
        check.assertNothingLeaked();
    }

    @Test
    void locked_memory_left_behind_is_counted() {
        LeakCheck check = LeakCheck.start();
        try (Mapping mapping = Mapping.anonymous(sys, sys.pageSize(), sys.pageSize())) {
            assertThat(sys.mlock(mapping.address(), sys.pageSize())).isZero();
            assertThat(check.leaks()).containsExactly(sys.pageSize() + " bytes locked");
        }
        check.assertNothingLeaked();
    }
}
