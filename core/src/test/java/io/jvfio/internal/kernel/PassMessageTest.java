// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jvfio.VfioException;
import io.jvfio.internal.kernel.PassMessage.Kind;
import io.jvfio.internal.sys.Descriptor;
import io.jvfio.internal.sys.EventFd;
import io.jvfio.internal.sys.SystemCalls;
import io.jvfio.internal.sys.UnixSocket;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class PassMessageTest {
    private static final SystemCalls SYS = SystemCalls.linux();

    private final List<UnixSocket> ends = UnixSocket.pair(SYS);
    private final UnixSocket helper = ends.getFirst();
    private final UnixSocket program = ends.getLast();
    private final List<Descriptor> received = new ArrayList<>();

    @AfterEach
    void close() {
        received.forEach(Descriptor::close);
        ends.forEach(UnixSocket::close);
    }

    @Test
    void a_message_arrives_with_its_descriptors() {
        try (EventFd first = EventFd.open(SYS);
                EventFd second = EventFd.open(SYS)) {
            new PassMessage(Kind.CDEV, "0000:01:00.0").send(helper, List.of(first.fd(), second.fd()));
        }
        assertThat(receive()).isEqualTo(new PassMessage(Kind.CDEV, "0000:01:00.0"));
        assertThat(received).hasSize(2);
    }

    @Test
    void a_failure_says_why_and_a_long_text_is_cut() {
        new PassMessage(Kind.FAILED, "ü".repeat(10_000)).send(helper, List.of());
        assertThat(receive()).isEqualTo(new PassMessage(Kind.FAILED, "ü".repeat(512)));
    }

    @Test
    void a_message_may_come_in_parts() {
        send(1, 2);
        Thread rest = Thread.ofVirtual().start(() -> {
            send(3, 0);
            send('a', 'b', 'c');
        });
        assertThatThrownBy(this::receive)
                .isInstanceOfSatisfying(
                        VfioException.class,
                        e -> assertThat(e.name()).isEqualTo("EPROTO")); // complete, but without the group's descriptor
        assertThat(rest.getState()).isNotEqualTo(Thread.State.NEW);
    }

    @Test
    void descriptors_that_were_not_announced_are_refused() {
        try (EventFd one = EventFd.open(SYS);
                Arena arena = Arena.ofConfined()) {
            helper.send(bytes(arena, 1, 0, 0, 0), List.of(one.fd()));
        }
        assertMalformed();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "1",
                "1 1",
                "1 1 0",
                "0 0 0 0",
                "2 0 0 0",
                "1 3 0 0",
                "1 255 0 0",
                "1 0 1 4",
                "1 0 1 0",
                "1 0 0 0 0"
            })
    void what_is_no_message_is_refused(String bytes) {
        if (!bytes.isEmpty()) {
            send(List.of(bytes.split(" ")).stream().mapToInt(Integer::parseInt).toArray());
        }
        helper.close();
        assertMalformed();
    }

    @Test
    void random_bytes_are_refused_or_read_within_bounds() {
        Random random = new Random(20_261_124);
        for (int round = 0; round < 2_000; round++) {
            List<UnixSocket> pair = UnixSocket.pair(SYS);
            List<Descriptor> none = new ArrayList<>();
            try (UnixSocket from = pair.getFirst();
                    UnixSocket to = pair.getLast();
                    Arena arena = Arena.ofConfined()) {
                int[] bytes = random.ints(1 + random.nextInt(40), 0, random.nextBoolean() ? 4 : 256)
                        .toArray();
                from.send(bytes(arena, bytes), List.of());
                from.shutdown();
                assertThat(PassMessage.receive(SYS, to, "socket", none).kind()).isEqualTo(Kind.FAILED);
            } catch (VfioException expected) {
                assertThat(expected.name()).isEqualTo("EPROTO");
            }
            assertThat(none).isEmpty();
        }
    }

    private PassMessage receive() {
        return PassMessage.receive(SYS, program, "socket", received);
    }

    private void assertMalformed() {
        assertThatThrownBy(this::receive).isInstanceOfSatisfying(VfioException.class, e -> {
            assertThat(e.name()).isEqualTo("EPROTO");
            assertThat(e.hint()).contains("jvfio pass");
        });
    }

    private void send(int... bytes) {
        try (Arena arena = Arena.ofConfined()) {
            helper.send(bytes(arena, bytes), List.of());
        }
    }

    private static MemorySegment bytes(Arena arena, int... values) {
        MemorySegment segment = arena.allocate(values.length);
        for (int i = 0; i < values.length; i++) {
            segment.set(ValueLayout.JAVA_BYTE, i, (byte) values[i]);
        }
        return segment;
    }
}
