// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vfiouser.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jvfio.Fd;
import io.jvfio.internal.sys.MemFd;
import io.jvfio.internal.sys.ProcSelf;
import io.jvfio.internal.sys.SystemCalls;
import io.jvfio.internal.sys.UnixSocket;
import io.jvfio.testkit.LeakCheck;
import io.jvfio.vfiouser.protocol.MessageChannel.Outcome;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Messages over a real socket, whole and in pieces, with and without descriptors. */
final class MessageChannelTest {
    private static final int MOST_FDS = 16;
    private static final int LIMIT = 8192;

    private final SystemCalls sys = SystemCalls.linux();
    private UnixSocket peer;
    private MessageChannel channel;
    private Message in;
    private Message out;
    private LeakCheck leaks;

    @BeforeEach
    void connect() {
        leaks = LeakCheck.start();
        List<UnixSocket> pair = UnixSocket.pair(sys);
        peer = pair.get(0);
        channel = new MessageChannel(pair.get(1), MOST_FDS);
        in = new Message(LIMIT);
        out = new Message(LIMIT);
    }

    @AfterEach
    void nothing_is_left_open() {
        peer.close();
        channel.close();
        in.close();
        out.close();
        leaks.assertNothingLeaked();
    }

    @Test
    void a_message_arrives_with_its_header_and_payload() {
        RegionAccess.beginWrite(out, 0xfffe, 7, 0x1_2345_6789L, 4);
        RegionAccess.setRegister(out, 4, 0xcafe_f00dL);
        sendRaw(out, List.of());
        assertThat(channel.receive(in, Message.HEADER)).isEqualTo(Outcome.MESSAGE);
        assertThat(in.id()).isEqualTo(0xfffe);
        assertThat(in.isCommand()).isTrue();
        assertThat(in.commandId()).isEqualTo(Command.REGION_WRITE.id());
        RegionAccess.checkWrite(in, 4);
        assertThat(RegionAccess.region(in)).isEqualTo(7);
        assertThat(RegionAccess.offset(in)).isEqualTo(0x1_2345_6789L);
        assertThat(RegionAccess.register(in, 4)).isEqualTo(0xcafe_f00dL);
    }

    @ParameterizedTest
    @ValueSource(ints = {16, 17, 36, 37, 48, 60, 100, 4096})
    void messages_in_a_row_arrive_one_by_one_however_much_is_read_ahead(int expected) {
        for (int i = 0; i < 3; i++) {
            RegionAccess.beginWrite(out, i, i, i, 4);
            sendRaw(out, List.of());
        }
        for (int i = 0; i < 3; i++) {
            assertThat(channel.receive(in, expected)).isEqualTo(Outcome.MESSAGE);
            assertThat(in.id()).isEqualTo(i);
            assertThat(in.payloadSize()).isEqualTo(20);
            assertThat(RegionAccess.region(in)).isEqualTo(i);
        }
        assertThat(channel.hasMessage(in)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(ints = {16, 36, 50, 100, 4096})
    void descriptors_stay_with_their_message_however_much_is_read_ahead(int expected) {
        try (MemFd file = MemFd.of(sys, "passed", 1)) {
            for (int i = 0; i < 4; i++) {
                RegionAccess.beginWrite(out, i, i, i, 4);
                sendRaw(out, i % 2 == 0 ? List.of() : List.of(file.fd(), file.fd()));
            }
            for (int i = 0; i < 4; i++) {
                assertThat(channel.receive(in, expected)).isEqualTo(Outcome.MESSAGE);
                assertThat(in.id()).isEqualTo(i);
                assertThat(in.fdCount()).isEqualTo(i % 2 == 0 ? 0 : 2);
            }
            try (Fd taken = in.takeFd(0)) {
                assertThat(taken.isOpen()).isTrue();
                assertThat(in.fdCount()).isEqualTo(1);
            }
        }
    }

    @Test
    void a_message_in_single_bytes_is_put_together() {
        try (MemFd file = MemFd.of(sys, "passed", 1)) {
            DmaMapRequest.of(io.jvfio.iommu.Access.READ, 0, 0x1000, 0x2000).write(out, 9);
            MemorySegment bytes = out.bytes().asSlice(0, out.size());
            for (int i = 0; i < out.size(); i++) {
                peer.send(bytes.asSlice(i, 1), i == 0 ? List.of(file.fd()) : List.of());
            }
            assertThat(channel.receive(in, 4096)).isEqualTo(Outcome.MESSAGE);
            assertThat(DmaMapRequest.read(in)).isEqualTo(new DmaMapRequest(1, 0, 0x1000, 0x2000));
            assertThat(in.fdCount()).isEqualTo(1);
        }
    }

    @Test
    void a_message_has_as_many_descriptors_as_it_may_and_none_if_it_brings_more() {
        try (MemFd file = MemFd.of(sys, "passed", 1)) {
            for (int count : new int[] {MOST_FDS, MOST_FDS + 1, 253, 0}) {
                RegionAccess.beginRead(out, count, 0, 0, 4);
                sendRaw(out, Collections.nCopies(count, file.fd()));
                assertThat(channel.receive(in, Message.HEADER)).isEqualTo(Outcome.MESSAGE);
                assertThat(in.id()).isEqualTo(count);
                assertThat(in.fdCount()).isEqualTo(count > MOST_FDS ? 0 : count);
                if (count > MOST_FDS) {
                    assertThatThrownBy(in::checkFds).isInstanceOf(ProtocolException.class);
                } else {
                    in.checkFds();
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {16, 50, 4096})
    void what_comes_bit_by_bit_with_descriptors_each_time_holds_no_more_of_them(int expected) {
        channel.limitWaits(1);
        try (MemFd file = MemFd.of(sys, "passed", 1)) {
            List<Fd> many = Collections.nCopies(253, file.fd());
            long before = ProcSelf.openDescriptors();
            RegionAccess.beginWrite(out, 5, 1, 2, 8);
            for (int i = 0; i < out.size(); i++) {
                peer.send(out.bytes().asSlice(i, 1), many);
                assertThat(channel.receive(in, expected))
                        .isEqualTo(i + 1 < out.size() ? Outcome.TIMEOUT : Outcome.MESSAGE);
                assertThat(ProcSelf.openDescriptors()).isEqualTo(before);
            }
            assertThatThrownBy(in::checkFds).isInstanceOf(ProtocolException.class);
            sendRaw(out, List.of(file.fd()));
            assertThat(channel.receive(in, expected)).isEqualTo(Outcome.MESSAGE);
            in.checkFds();
            assertThat(in.fdCount()).isOne();
        }
    }

    @Test
    void a_peer_that_ends_inside_of_a_message_has_closed() {
        RegionAccess.beginRead(out, 1, 0, 0, 4);
        for (int length = 0; length < out.size(); length++) {
            List<UnixSocket> pair = UnixSocket.pair(sys);
            try (MemFd file = MemFd.of(sys, "passed", 1);
                    Message into = new Message(LIMIT);
                    MessageChannel cut = new MessageChannel(pair.get(1), MOST_FDS)) {
                if (length > 0) {
                    pair.get(0).send(out.bytes(), length, List.of(file.fd()));
                }
                pair.get(0).close();
                assertThat(cut.receive(into, length % 2 == 0 ? 16 : 64)).isEqualTo(Outcome.CLOSED);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 15, LIMIT + 17, Integer.MAX_VALUE, Integer.MIN_VALUE, -1})
    void a_size_that_is_not_allowed_is_refused_without_reading_on(int size) {
        try (Arena arena = Arena.ofConfined();
                MemFd file = MemFd.of(sys, "passed", 1)) {
            MemorySegment header = arena.allocate(16, 8);
            header.set(ValueLayout.JAVA_SHORT, 0, (short) 77);
            header.set(ValueLayout.JAVA_INT, 4, size);
            peer.send(header, List.of(file.fd()));
            assertThatThrownBy(() -> channel.receive(in, Message.HEADER))
                    .isInstanceOfSatisfying(
                            ProtocolException.class, e -> assertThat(e.name()).isEqualTo("EMSGSIZE"));
            assertThat(in.id()).isEqualTo(77);
            assertThat(in.fdCount()).isZero();
        }
    }

    @Test
    void the_largest_message_is_taken() {
        out.beginCommand(1, Command.REGION_WRITE, LIMIT);
        sendRaw(out, List.of());
        assertThat(channel.receive(in, 64)).isEqualTo(Outcome.MESSAGE);
        assertThat(in.payloadSize()).isEqualTo(LIMIT);
        assertThatThrownBy(() -> out.beginCommand(1, Command.REGION_WRITE, LIMIT + 1))
                .isInstanceOf(ProtocolException.class);
    }

    @Test
    void a_time_limit_ends_a_wait_and_what_came_before_is_kept() {
        channel.limitWaits(10);
        assertThat(channel.receive(in, 64)).isEqualTo(Outcome.TIMEOUT);
        RegionAccess.beginRead(out, 5, 1, 2, 4);
        peer.send(out.bytes(), 20, List.of());
        assertThat(channel.receive(in, 64)).isEqualTo(Outcome.TIMEOUT);
        peer.send(out.bytes().asSlice(20, out.size() - 20L), List.of());
        assertThat(channel.receive(in, 64)).isEqualTo(Outcome.MESSAGE);
        assertThat(in.id()).isEqualTo(5);
    }

    @Test
    void a_shutdown_wakes_the_receiver() throws Exception {
        Thread waker = Thread.ofPlatform().start(channel::shutdown);
        assertThat(channel.receive(in, 64)).isEqualTo(Outcome.CLOSED);
        waker.join();
    }

    @Test
    void an_error_reply_never_has_the_errno_0() {
        RegionAccess.beginRead(out, 3, 0, 0, 4);
        for (int errno : new int[] {0, -1, 4096, 5}) {
            in.fail(out, errno);
            assertThat(in.errno()).isEqualTo(errno == 5 ? 5 : 22);
            assertThat(in.size()).isEqualTo(16);
            assertThat(in.flags()).isEqualTo(0x21);
            assertThat(in.id()).isEqualTo(3);
        }
    }

    private void sendRaw(Message message, List<Fd> fds) {
        peer.send(message.bytes(), message.size(), fds);
    }
}
