// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vfiouser.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.Fd;
import io.jvfio.device.VfioPci;
import io.jvfio.internal.sys.SystemCalls;
import io.jvfio.internal.sys.UnixSocket;
import io.jvfio.internal.uapi.VfioIrqSet;
import io.jvfio.vfiouser.protocol.Capabilities;
import io.jvfio.vfiouser.protocol.Command;
import io.jvfio.vfiouser.protocol.DmaMapRequest;
import io.jvfio.vfiouser.protocol.DmaUnmap;
import io.jvfio.vfiouser.protocol.InfoMessages;
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
import java.util.List;
import java.util.function.Consumer;

/** A client that says just what a test wants, right or wrong. */
final class RawClient implements AutoCloseable {
    private static final int LIMIT = 2 << 20;

    final SystemCalls sys = SystemCalls.linux();
    final UnixSocket socket;
    final MessageChannel channel;
    final Message out = new Message(LIMIT);
    final Message in = new Message(LIMIT);
    private int lastId;

    private RawClient(Path path) {
        this.socket = UnixSocket.connect(sys, path.toString(), Duration.ofSeconds(5));
        this.channel = new MessageChannel(socket, 16);
        channel.limitWaits(10_000);
    }

    /** Connected, and no more. */
    static RawClient connect(Path path) {
        return new RawClient(path);
    }

    /** Connected and agreed. */
    static RawClient open(Path path) {
        return open(path, Capabilities.absent().withMaxFds(16).withWriteMultiple(true));
    }

    static RawClient open(Path path, Capabilities capabilities) {
        RawClient client = new RawClient(path);
        new Version(0, 1, capabilities).write(client.out, client.nextId());
        assertThat(client.exchange(List.of()).isError()).isFalse();
        return client;
    }

    int nextId() {
        lastId = lastId + 1 & 0xffff;
        return lastId;
    }

    /** Sends what is in {@link #out} and returns the reply to it. */
    Message exchange(List<? extends Fd> fds) {
        channel.send(out, fds);
        return reply();
    }

    /** The next message from the server, which must be the reply to what was sent last. */
    Message reply() {
        receive();
        assertThat(in.isReply()).isTrue();
        assertThat(in.id()).isEqualTo(out.id());
        assertThat(in.commandId()).isEqualTo(out.commandId());
        return in;
    }

    Message receive() {
        assertThat(channel.receive(in, Message.HEADER)).isEqualTo(MessageChannel.Outcome.MESSAGE);
        return in;
    }

    /** A command with a payload; 0 or the errno. */
    int command(Command command, int size, Consumer<Message> payload, Fd... fds) {
        out.beginCommand(nextId(), command, size);
        payload.accept(out);
        Message reply = exchange(List.of(fds));
        return reply.isError() ? reply.errno() : 0;
    }

    int reset() {
        return command(Command.DEVICE_RESET, 0, message -> {});
    }

    void write(int region, long offset, int width, long value) {
        RegionAccess.beginWrite(out, nextId(), region, offset, width);
        RegionAccess.setRegister(out, width, value);
        assertThat(exchange(List.of()).isError()).isFalse();
    }

    /** A write that wants no reply. */
    void post(int region, long offset, int width, long value) {
        RegionAccess.beginWrite(out, nextId(), region, offset, width);
        RegionAccess.setRegister(out, width, value);
        out.addFlags(Message.NO_REPLY);
        channel.send(out, List.of());
    }

    long read(int region, long offset, int width) {
        RegionAccess.beginRead(out, nextId(), region, offset, width);
        Message reply = exchange(List.of());
        assertThat(reply.isError()).as("errno %d", reply.errno()).isFalse();
        return RegionAccess.register(reply, width);
    }

    /** With how many files a region is told. */
    int filesOf(int region) {
        InfoMessages.askRegion(out, nextId(), region, 4064);
        Message reply = exchange(List.of());
        int count = reply.fdCount();
        reply.closeFds();
        return count;
    }

    int map(int flags, long offset, long address, long size, Fd... fds) {
        new DmaMapRequest(flags, offset, address, size).write(out, nextId());
        Message reply = exchange(List.of(fds));
        return reply.isError() ? reply.errno() : 0;
    }

    int unmap(long address, long size) {
        DmaUnmap.of(address, size).write(out, nextId());
        Message reply = exchange(List.of());
        return reply.isError() ? reply.errno() : 0;
    }

    int setIrqs(int flags, int index, int start, int count, Fd... fds) {
        SetIrqs.write(out, nextId(), new VfioIrqSet(VfioPci.VFIO_IRQ_SET_DATA_NONE, index, start, count), List.of());
        out.set32(4, flags); // any, also such as no request has
        Message reply = exchange(List.of(fds));
        return reply.isError() ? reply.errno() : 0;
    }

    /** A command of any number, without payload, and with descriptors: the errno of the answer. */
    int unknown(int command, Fd... fds) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment header = arena.allocate(Message.HEADER, Integer.BYTES);
            header.set(ValueLayout.JAVA_SHORT, 0, (short) nextId());
            header.set(ValueLayout.JAVA_SHORT, 2, (short) command);
            header.set(ValueLayout.JAVA_INT, 4, Message.HEADER);
            socket.send(header, List.of(fds));
            assertThat(receive().isError()).isTrue();
            assertThat(in.commandId()).isEqualTo(command);
            return in.errno();
        }
    }

    /** A header that names a size, whatever follows, and a type. */
    void header(Command command, int size, int flags) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment header = arena.allocate(Message.HEADER, Integer.BYTES);
            header.set(ValueLayout.JAVA_SHORT, 2, (short) command.id());
            header.set(ValueLayout.JAVA_INT, 4, size);
            header.set(ValueLayout.JAVA_INT, 8, flags);
            socket.send(header, List.of());
        }
    }

    /** What is in {@link #out}. */
    byte[] bytes() {
        byte[] bytes = new byte[out.size()];
        bytes[0] = (byte) out.id();
        bytes[1] = (byte) (out.id() >> 8);
        bytes[2] = (byte) out.commandId();
        bytes[4] = (byte) out.size();
        MemorySegment.copy(out.payload(), ValueLayout.JAVA_BYTE, 0, bytes, Message.HEADER, out.payloadSize());
        return bytes;
    }

    /** Sends bytes as they are. */
    void raw(byte[] bytes) {
        try (Arena arena = Arena.ofConfined()) {
            socket.send(arena.allocateFrom(ValueLayout.JAVA_BYTE, bytes), List.of());
        }
    }

    /** Waits until the server has ended the connection. */
    void awaitEnd() {
        while (true) {
            MessageChannel.Outcome outcome = channel.receive(in, Message.HEADER);
            if (outcome != MessageChannel.Outcome.MESSAGE) {
                assertThat(outcome).isEqualTo(MessageChannel.Outcome.CLOSED);
                return;
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
