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
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(20)
class UnixSocketTest {
    private final SystemCalls sys = SystemCalls.linux();
    private final Arena arena = Arena.ofShared();
    private final MemorySegment buffer = arena.allocate(64);
    private UnixSocket left;
    private UnixSocket right;

    @TempDir
    Path folder;

    @BeforeEach
    void connect() {
        List<UnixSocket> pair = UnixSocket.pair(sys);
        left = pair.get(0);
        right = pair.get(1);
    }

    @AfterEach
    void disconnect() {
        left.close();
        right.close();
        arena.close();
    }

    @Test
    void a_descriptor_that_arrives_is_the_same_file_and_close_on_exec() {
        try (EventFd events = EventFd.open(sys)) {
            left.send(arena.allocateFrom("hi"), List.of(events.fd()));
            List<Descriptor> fds = new ArrayList<>();
            assertThat(right.receive(buffer, 4, fds)).isEqualTo(3);
            assertThat(buffer.getString(0)).isEqualTo("hi");
            assertThat(fds).hasSize(1);
            try (Descriptor twin = fds.getFirst()) {
                int number = twin.acquire();
                assertThat(sys.fcntl(number, Abi.F_GETFD, 0)).isEqualTo(Abi.FD_CLOEXEC);
                sys.write(number, arena.allocateFrom(ValueLayout.JAVA_LONG, 5), 8);
                twin.release();
            }
            assertThat(events.drain()).isEqualTo(5);
        }
    }

    @Test
    void as_many_descriptors_as_the_kernel_passes_arrive_in_order() {
        try (MemFd file = MemFd.of(sys, "many", 1)) {
            List<Fd> sent = Collections.nCopies(SocketMessage.MAX_FDS, file.fd());
            left.send(arena.allocate(1), sent);
            List<Descriptor> fds = new ArrayList<>();
            assertThat(right.receive(buffer, SocketMessage.MAX_FDS, fds)).isEqualTo(1);
            assertThat(fds).hasSize(SocketMessage.MAX_FDS);
            fds.forEach(Descriptor::close);
            assertThatThrownBy(() -> left.send(buffer, Collections.nCopies(254, file.fd())))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void more_descriptors_than_allowed_are_all_closed_and_refused() {
        try (MemFd file = MemFd.of(sys, "refused", 1)) {
            for (int allowed = 0; allowed < 3; allowed++) {
                left.send(arena.allocate(1), List.of(file.fd(), file.fd(), file.fd()));
                long before = ProcSelf.openDescriptors();
                int most = allowed;
                List<Descriptor> fds = new ArrayList<>();
                assertThatThrownBy(() -> right.receive(buffer, most, fds))
                        .isInstanceOfSatisfying(VfioException.class, e -> {
                            assertThat(e.call()).isEqualTo("recvmsg");
                            assertThat(e.name()).isEqualTo("EMSGSIZE");
                            assertThat(e.hint()).isNotEmpty();
                        });
                assertThat(fds).isEmpty();
                assertThat(ProcSelf.openDescriptors()).isEqualTo(before);
            }
        }
    }

    @Test
    void one_descriptor_is_exactly_one_and_not_one_for_each_word_of_padding() {
        try (MemFd file = MemFd.of(sys, "pad", 1)) {
            left.send(arena.allocate(1), List.of(file.fd(), file.fd()));
            assertThatThrownBy(() -> right.receive(buffer, 1, new ArrayList<>()))
                    .isInstanceOf(VfioException.class);
        }
    }

    @Test
    void a_message_larger_than_the_buffers_is_sent_whole_with_its_descriptor_once() throws Exception {
        long size = 3 << 20;
        MemorySegment large = arena.allocate(size);
        large.set(ValueLayout.JAVA_BYTE, size - 1, (byte) 7);
        try (MemFd file = MemFd.of(sys, "large", 1)) {
            Thread sender = Thread.ofPlatform().start(() -> left.send(large, List.of(file.fd())));
            MemorySegment arrived = arena.allocate(size);
            List<Descriptor> fds = new ArrayList<>();
            long received = 0;
            while (received < size) {
                received += right.receive(arrived.asSlice(received), 8, fds);
            }
            sender.join();
            assertThat(arrived.get(ValueLayout.JAVA_BYTE, size - 1)).isEqualTo((byte) 7);
            assertThat(fds).hasSize(1);
            fds.forEach(Descriptor::close);
        }
    }

    @Test
    void a_non_blocking_socket_is_waited_for() throws Exception {
        int number = right.fd().acquire();
        assertThat(sys.fcntl(number, Abi.F_SETFL, Abi.O_NONBLOCK)).isZero();
        right.fd().release();
        Thread sender = Thread.ofVirtual().start(() -> left.send(arena.allocate(3), List.of()));
        assertThat(right.receive(buffer, 0, List.of())).isEqualTo(3);
        sender.join();
    }

    @Test
    void bytes_go_to_and_come_from_the_middle_of_a_buffer() {
        MemorySegment bytes = arena.allocate(8);
        bytes.set(ValueLayout.JAVA_BYTE, 0, (byte) 42);
        left.send(bytes, 1, List.of());
        assertThat(right.receive(buffer, 3, 2, 0, List.of())).isEqualTo(1);
        assertThat(buffer.get(ValueLayout.JAVA_BYTE, 3)).isEqualTo((byte) 42);
        assertThatThrownBy(() -> left.send(bytes, 9, List.of())).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> right.receive(buffer, buffer.byteSize(), 1, 0, List.of()))
                .isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void a_limited_wait_ends_in_both_directions() {
        right.limitWaits(20);
        assertThat(right.receive(buffer, 0, 1, 0, List.of())).isEqualTo(-Errno.EAGAIN);
        MemorySegment large = arena.allocate(1 << 22);
        assertThatThrownBy(() -> right.send(large, List.of()))
                .isInstanceOfSatisfying(
                        VfioException.class, e -> assertThat(e.name()).isEqualTo("EAGAIN"));
        assertThatThrownBy(() -> right.limitWaits(0)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void the_end_of_the_peer_is_the_end_of_the_stream() {
        left.close();
        assertThat(right.receive(buffer, 0, List.of())).isZero();
        assertThatThrownBy(() -> right.send(buffer, List.of()))
                .isInstanceOfSatisfying(
                        VfioException.class, e -> assertThat(e.name()).isEqualTo("EPIPE"));
    }

    @Test
    void close_wakes_a_blocked_receiver() throws Exception {
        AtomicInteger result = new AtomicInteger(-1);
        Thread receiver = Thread.ofPlatform().start(() -> result.set(right.receive(buffer, 0, List.of())));
        while (receiver.getState() == Thread.State.NEW) {
            Thread.onSpinWait();
        }
        left.send(arena.allocate(1), List.of());
        receiver.join();
        assertThat(result.get()).isEqualTo(1);
        Thread second = Thread.ofPlatform().start(() -> {
            try {
                result.set(right.receive(buffer, 0, List.of()));
            } catch (IllegalStateException closedBefore) {
                result.set(0);
            }
        });
        right.close();
        second.join();
        assertThat(result.get()).isZero();
        assertThatThrownBy(() -> right.receive(buffer, 0, List.of())).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void a_closed_descriptor_is_not_sent_and_the_others_are_let_go() {
        MemFd open = MemFd.of(sys, "open", 1);
        MemFd closed = MemFd.of(sys, "closed", 1);
        closed.close();
        assertThatThrownBy(() -> left.send(buffer, List.of(open.fd(), closed.fd())))
                .isInstanceOf(IllegalStateException.class);
        long start = System.nanoTime();
        open.close();
        assertThat(System.nanoTime() - start).isLessThan(900_000_000L);
    }

    @Test
    void a_listener_accepts_and_removes_its_path() throws Exception {
        Path path = folder.resolve("a.sock");
        try (UnixListener listener = UnixListener.open(sys, path.toString(), 4)) {
            assertThatThrownBy(() -> UnixListener.open(sys, path.toString(), 4))
                    .isInstanceOfSatisfying(VfioException.class, e -> {
                        assertThat(e.name()).isEqualTo("EADDRINUSE");
                        assertThat(e.hint()).isNotEmpty();
                    });
            try (UnixSocket client = UnixSocket.connect(sys, path.toString(), Duration.ofSeconds(5));
                    UnixSocket server = listener.accept()) {
                client.send(arena.allocateFrom("hello"), List.of());
                assertThat(server.receive(buffer, 0, List.of())).isEqualTo(6);
                assertThat(buffer.getString(0)).isEqualTo("hello");
            }
        }
        assertThat(Files.exists(path)).isFalse();
        assertThatThrownBy(() -> UnixSocket.connect(sys, path.toString(), Duration.ofSeconds(5)))
                .isInstanceOfSatisfying(VfioException.class, e -> {
                    assertThat(e.name()).isEqualTo("ENOENT");
                    assertThat(e.subject()).isEqualTo(path.toString());
                });
    }

    @Test
    void closing_a_listener_wakes_who_accepts() throws Exception {
        UnixListener listener = UnixListener.open(sys, folder.resolve("b.sock").toString(), 1);
        List<RuntimeException> thrown = Collections.synchronizedList(new ArrayList<>());
        Thread acceptor = Thread.ofPlatform().start(() -> {
            try {
                listener.accept().close();
            } catch (VfioException | IllegalStateException e) {
                thrown.add(e);
            }
        });
        listener.close();
        listener.close();
        acceptor.join();
        assertThat(thrown).hasSize(1);
    }

    @Test
    void a_path_that_does_not_fit_is_refused() {
        for (String path : new String[] {"", "x".repeat(108), "a\0b"}) {
            assertThatThrownBy(() -> UnixSocket.connect(sys, path, Duration.ofSeconds(5)))
                    .isInstanceOf(IllegalArgumentException.class);
        }
        assertThatThrownBy(() -> UnixListener.open(sys, "/no/such/folder/" + "x".repeat(91), 1))
                .isInstanceOfSatisfying(
                        VfioException.class, e -> assertThat(e.name()).isEqualTo("ENOENT"));
    }

    @Test
    void empty_messages_are_refused() {
        assertThatThrownBy(() -> left.send(arena.allocate(0), List.of())).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> left.receive(arena.allocate(0), 0, List.of()))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> left.receive(buffer, -1, List.of())).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void the_peer_of_a_connection_is_the_process_at_its_other_end() {
        PeerCredentials peer = left.peer();
        assertThat(peer.pid()).isEqualTo((int) ProcessHandle.current().pid());
        assertThat(peer.uid()).isEqualTo(sys.geteuid());
    }

    @Test
    void a_listener_that_was_adopted_leaves_the_socket_to_who_made_it() {
        Path path = folder.resolve("activated");
        try (UnixListener made = UnixListener.open(sys, path.toString(), 1)) {
            try (UnixListener adopted = UnixListener.adopt(sys, made.fd().duplicate());
                    UnixSocket client = UnixSocket.connect(sys, path.toString(), Duration.ofSeconds(5));
                    UnixSocket server = adopted.accept()) {
                client.send(buffer, List.of());
                assertThat(server.receive(buffer, 0, List.of())).isEqualTo(64);
            }
            assertThat(path).exists();
            try (UnixSocket client = UnixSocket.connect(sys, path.toString(), Duration.ofSeconds(5));
                    UnixSocket server = made.accept()) {
                assertThat(client.fd().isOpen() && server.fd().isOpen()).isTrue();
            }
        }
        assertThat(path).doesNotExist();
    }
}
