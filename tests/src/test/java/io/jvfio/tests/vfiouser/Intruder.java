// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.vfiouser;

import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.Fd;
import io.jvfio.VfioException;
import io.jvfio.device.VfioPci;
import io.jvfio.internal.sys.Abi;
import io.jvfio.internal.sys.Descriptor;
import io.jvfio.internal.sys.SystemCalls;
import io.jvfio.internal.sys.UnixSocket;
import io.jvfio.internal.uapi.VfioIrqSet;
import io.jvfio.vfiouser.protocol.Capabilities;
import io.jvfio.vfiouser.protocol.Command;
import io.jvfio.vfiouser.protocol.DmaMapRequest;
import io.jvfio.vfiouser.protocol.Message;
import io.jvfio.vfiouser.protocol.MessageChannel;
import io.jvfio.vfiouser.protocol.RegionAccess;
import io.jvfio.vfiouser.protocol.SetIrqs;
import io.jvfio.vfiouser.protocol.Version;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;

/** A client that means harm: says what a test wants, and shares what it should not. Threads: one at a time. */
final class Intruder implements AutoCloseable {
    static final SystemCalls SYS = SystemCalls.linux();

    private static final int ASSIGN = VfioPci.VFIO_IRQ_SET_DATA_EVENTFD | VfioPci.VFIO_IRQ_SET_ACTION_TRIGGER;
    private static final int LIMIT = 1 << 20;

    /** As many as the kernel passes at once. */
    static final int MOST_FDS = 253;

    final UnixSocket socket;
    final MessageChannel channel;
    final Message out = new Message(LIMIT);
    final Message in = new Message(LIMIT);
    private int lastId;

    private Intruder(Path path) {
        socket = UnixSocket.connect(SYS, path.toString(), Duration.ofSeconds(5));
        channel = new MessageChannel(socket, 16);
        channel.limitWaits(10_000);
    }

    /** Connected, and no more. */
    static Intruder connect(Path path) {
        return new Intruder(path);
    }

    /** Connected and agreed. */
    static Intruder open(Path path, Capabilities capabilities) {
        Intruder client = new Intruder(path);
        new Version(0, 1, capabilities).write(client.out, client.nextId());
        assertThat(client.exchange(List.of()).isError()).isFalse();
        return client;
    }

    static Intruder open(Path path) {
        return open(path, Capabilities.absent().withMaxFds(16));
    }

    /** A counter whose writes wait for room. */
    static Descriptor blockingEventFd() {
        return Descriptor.of(SYS, SYS.eventfd(0, Abi.EFD_CLOEXEC), "eventfd", "blocking eventfd");
    }

    /** Fills a counter; waits for it to be empty if that is how it is. */
    static void fill(Fd counter) {
        count(counter, true);
    }

    /** Empties a counter that is not empty. */
    static void empty(Fd counter) {
        count(counter, false);
    }

    private static void count(Fd counter, boolean fill) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment word = arena.allocateFrom(ValueLayout.JAVA_LONG, -2);
            int number = counter.acquire();
            long result =
                    fill ? SYS.write(number, word, Long.BYTES) : SYS.preadv2(number, word, Long.BYTES, Abi.RWF_NOWAIT);
            counter.release();
            assertThat(fill && result < 0).isFalse();
        }
    }

    int nextId() {
        lastId = lastId + 1 & 0xffff;
        return lastId;
    }

    /** Sends what is in {@link #out}; the reply. */
    Message exchange(List<? extends Fd> fds) {
        channel.send(out, fds);
        assertThat(channel.receive(in, Message.HEADER)).isEqualTo(MessageChannel.Outcome.MESSAGE);
        assertThat(in.isReply()).isTrue();
        return in;
    }

    /** 0 or the errno. */
    int assign(int index, Fd eventfd) {
        SetIrqs.write(out, nextId(), new VfioIrqSet(VfioPci.VFIO_IRQ_SET_DATA_NONE, index, 0, 1), List.of());
        out.set32(4, ASSIGN);
        Message reply = exchange(List.of(eventfd));
        return reply.isError() ? reply.errno() : 0;
    }

    /** Has the device interrupt; false if the server has ended the connection. */
    boolean trigger(int index) {
        SetIrqs.write(out, nextId(), new VfioIrqSet(VfioPci.VFIO_IRQ_SET_DATA_NONE, index, 0, 1), List.of());
        out.set32(4, VfioPci.VFIO_IRQ_SET_DATA_NONE | VfioPci.VFIO_IRQ_SET_ACTION_TRIGGER);
        try {
            channel.send(out, List.of());
            return channel.receive(in, Message.HEADER) == MessageChannel.Outcome.MESSAGE;
        } catch (VfioException gone) {
            return false;
        }
    }

    void write(int region, long offset, int width, long value) {
        RegionAccess.beginWrite(out, nextId(), region, offset, width);
        RegionAccess.setRegister(out, width, value);
        assertThat(exchange(List.of()).isError()).isFalse();
    }

    /** Writes without an answer, and without waiting. */
    void post(int region, long offset, int width, long value) {
        RegionAccess.beginWrite(out, nextId(), region, offset, width);
        RegionAccess.setRegister(out, width, value);
        post(List.of());
    }

    /** Maps a page of a file, and asks for no answer; two neighbours never become one mapping of the kernel. */
    void postMap(int number, Fd file) {
        new DmaMapRequest(3, number % 2 * 0x1000L, number * 0x1000L, 0x1000).write(out, nextId());
        post(List.of(file));
    }

    void postReset() {
        out.beginCommand(nextId(), Command.DEVICE_RESET, 0);
        post(List.of());
    }

    private void post(List<? extends Fd> fds) {
        out.addFlags(Message.NO_REPLY);
        channel.send(out, fds);
    }

    long read(int region, long offset, int width) {
        RegionAccess.beginRead(out, nextId(), region, offset, width);
        Message reply = exchange(List.of());
        assertThat(reply.isError()).isFalse();
        return RegionAccess.register(reply, width);
    }

    /** A command without payload that brings descriptors. */
    void bring(Command command, List<? extends Fd> fds) {
        out.beginCommand(nextId(), command, 0);
        channel.send(out, fds);
    }

    /** A message in single bytes, each with as many descriptors as can be. */
    static void bitByBit(UnixSocket socket, int id, Command command, int flags, Fd fd, Runnable after) {
        List<Fd> many = Collections.nCopies(MOST_FDS, fd);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bytes = arena.allocate(Message.HEADER + 32, 8);
            bytes.set(ValueLayout.JAVA_SHORT, 0, (short) id);
            bytes.set(ValueLayout.JAVA_SHORT, 2, (short) command.id());
            bytes.set(ValueLayout.JAVA_INT, 4, (int) bytes.byteSize());
            bytes.set(ValueLayout.JAVA_INT, 8, flags);
            for (long at = 0; at < bytes.byteSize(); at++) {
                socket.send(bytes.asSlice(at, 1), many);
                after.run();
            }
        }
    }

    @Override
    public void close() {
        channel.close();
        out.close();
        in.close();
    }
}
