// SPDX-License-Identifier: Apache-2.0
package io.jvfio.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jvfio.Errno;
import io.jvfio.Fd;
import io.jvfio.internal.sys.Abi;
import io.jvfio.internal.sys.Descriptor;
import io.jvfio.internal.sys.Epoll;
import io.jvfio.internal.sys.EventFd;
import io.jvfio.internal.sys.Mapping;
import io.jvfio.internal.sys.MemFd;
import io.jvfio.internal.sys.Poller;
import io.jvfio.internal.sys.SystemCalls;
import io.jvfio.internal.sys.UnixListener;
import io.jvfio.internal.sys.UnixSocket;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FaultSweepTest {

    @TempDir
    Path folder;

    private static int everyCallFails(int errno, Consumer<SystemCalls> scenario) {
        return FaultSweep.sweep(errno, faults -> scenario.accept(faults.systemCalls()));
    }

    @Test
    void a_leak_is_found_and_the_call_that_caused_it_is_named() {
        List<Integer> leaked = new ArrayList<>();
        assertThatThrownBy(() -> everyCallFails(Errno.ENOMEM, sys -> {
                    int first = sys.eventfd(0, 0);
                    int second = sys.eventfd(0, 0);
                    if (second < 0) {
                        leaked.add(first); // forgotten on the error path
                        return;
                    }
                    sys.close(second);
                    sys.close(first);
                }))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("number=2, name=eventfd")
                .hasMessageContaining("anon_inode:[eventfd]");
        leaked.forEach(SystemCalls.linux()::close);
    }

    @Test
    void an_exception_of_another_type_is_not_taken_for_the_failure() {
        assertThatThrownBy(() -> everyCallFails(Errno.EIO, sys -> {
                    if (sys.fcntl(1, Abi.F_GETFL, 0) < 0) {
                        throw new IllegalStateException("surprised");
                    }
                }))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("name=fcntl")
                .hasRootCauseMessage("surprised");
    }

    @Test
    void memory_files_and_mappings_leave_nothing() {
        int calls = everyCallFails(Errno.ENOMEM, sys -> {
            try (MemFd file = MemFd.of(sys, "swept", 2L * sys.pageSize());
                    Mapping first = file.map(0, sys.pageSize());
                    Mapping second = Mapping.ofFile(sys, file.fd(), sys.pageSize(), 10, Abi.PROT_READ);
                    Mapping third = Mapping.anonymous(sys, 1, sys.pageSize())) {
                assertThat(List.of(first, second, third)).allMatch(Mapping::isOpen);
            }
        });
        assertThat(calls).isEqualTo(11);
    }

    @Test
    void descriptors_and_waits_leave_nothing() {
        int calls = everyCallFails(Errno.EMFILE, sys -> {
            try (Descriptor file = Descriptor.open(sys, "/dev/null", Abi.O_RDWR);
                    Fd twin = file.duplicate();
                    EventFd events = EventFd.open(sys);
                    Epoll epoll = Epoll.open(sys, 4);
                    Poller poller = new Poller(sys, 1)) {
                epoll.add(events.fd(), Abi.EPOLLIN, 1);
                poller.set(0, events.fd(), Abi.POLLIN);
                events.signal(1);
                assertThat(poller.await(0)).isEqualTo(1);
                assertThat(epoll.await(0)).isEqualTo(1);
                assertThat(events.drain()).isEqualTo(1);
                epoll.remove(events.fd());
                assertThat(twin.isOpen()).isTrue();
            }
        });
        assertThat(calls).isEqualTo(14);
    }

    @Test
    void sockets_and_passed_descriptors_leave_nothing() {
        String path = folder.resolve("swept.sock").toString();
        int calls = everyCallFails(Errno.ENOBUFS, sys -> {
            try (Arena arena = Arena.ofConfined();
                    MemFd file = MemFd.of(sys, "passed", 1);
                    UnixListener listener = UnixListener.open(sys, path, 1);
                    UnixSocket client = UnixSocket.connect(sys, path, Duration.ofSeconds(5));
                    UnixSocket server = listener.accept()) {
                client.send(arena.allocate(1), List.of(file.fd()));
                List<Descriptor> received = new ArrayList<>();
                assertThat(server.receive(arena.allocate(1), 1, received)).isEqualTo(1);
                received.forEach(Descriptor::close);
                assertThat(received).hasSize(1);
            }
        });
        assertThat(calls).isGreaterThan(15);
    }
}
