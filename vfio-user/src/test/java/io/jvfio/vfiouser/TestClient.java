// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vfiouser;

import io.jvfio.Errno;
import io.jvfio.Fd;
import io.jvfio.VfioException;
import io.jvfio.device.VfioPci;
import io.jvfio.internal.sys.Abi;
import io.jvfio.internal.sys.Mapping;
import io.jvfio.internal.sys.UnixSocket;
import io.jvfio.internal.uapi.VfioIrqSet;
import io.jvfio.vfiouser.fuzz.Fuzzed;
import io.jvfio.vfiouser.fuzz.Wire;
import io.jvfio.vfiouser.protocol.Capabilities;
import io.jvfio.vfiouser.protocol.Command;
import io.jvfio.vfiouser.protocol.DmaAccess;
import io.jvfio.vfiouser.protocol.DmaMapRequest;
import io.jvfio.vfiouser.protocol.DmaUnmap;
import io.jvfio.vfiouser.protocol.Feature;
import io.jvfio.vfiouser.protocol.InfoMessages;
import io.jvfio.vfiouser.protocol.Message;
import io.jvfio.vfiouser.protocol.MessageChannel;
import io.jvfio.vfiouser.protocol.MessageChannel.Outcome;
import io.jvfio.vfiouser.protocol.RegionAccess;
import io.jvfio.vfiouser.protocol.SetIrqs;
import io.jvfio.vfiouser.protocol.Version;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

/** One connection of {@link TestServer}, on the server's thread. */
final class TestClient implements AutoCloseable {
    private static final int LIMIT = (1 << 20) + 4096;

    /** A range that the client has mapped; without memory it is reached by messages. */
    record Range(DmaMapRequest map, Mapping memory) {}

    final Map<Long, Range> ranges = new TreeMap<>();
    final List<String> log = new ArrayList<>();
    final Message in = new Message(LIMIT);
    final Message out = new Message(LIMIT);
    private final Message dmaIn = new Message(LIMIT);
    private final TestServer server;
    private final UnixSocket socket;
    private final MessageChannel channel;
    private final Map<Integer, Fd[]> eventfds = new ConcurrentHashMap<>();
    private MessageChannel twin;
    /** Of who sends a reply, and of who sends besides. */
    private final ReentrantLock sending = new ReentrantLock();

    private int lastId;

    TestClient(TestServer server, UnixSocket socket) {
        this.server = server;
        this.socket = socket;
        this.channel = new MessageChannel(socket, 16);
    }

    void run() {
        try {
            while (channel.receive(in, Message.HEADER) == Outcome.MESSAGE) {
                handle();
            }
        } catch (VfioException e) {
            log.add("ended: " + e.getMessage());
        }
    }

    /** Handles the command in {@link #in}. */
    private void handle() {
        if (in.isReply()) {
            return; // to a command that a script has sent and does not follow
        }
        Command command = Command.of(in.commandId());
        synchronized (log) {
            if (log.size() < 10_000) {
                log.add(String.valueOf(command));
            }
        }
        if (server.script.take(this, in)) {
            return;
        }
        boolean copy = command == Command.REGION_WRITE && startsCopy();
        long from = copy ? server.memories.get(TestServer.MEMORY_BAR).get(ValueLayout.JAVA_LONG, TestServer.COPY) : 0;
        try {
            answer(command);
        } catch (VfioException e) {
            fail(e.errno());
        }
        if (copy) {
            MemorySegment bar = server.memories.get(TestServer.MEMORY_BAR);
            copy(from, bar.get(ValueLayout.JAVA_LONG, TestServer.COPY + 8), (int)
                    bar.get(ValueLayout.JAVA_LONG, TestServer.COPY + 16));
            bar.set(ValueLayout.JAVA_LONG, TestServer.COPIES, bar.get(ValueLayout.JAVA_LONG, TestServer.COPIES) + 1);
        }
    }

    private boolean startsCopy() {
        return RegionAccess.region(in) == TestServer.MEMORY_BAR && RegionAccess.offset(in) == TestServer.COPY + 16;
    }

    void answer(Command command) {
        if (command == null) {
            fail(Errno.EINVAL);
            return;
        }
        switch (command) {
            case VERSION -> version();
            case DMA_MAP -> map();
            case DMA_UNMAP -> unmap();
            case DEVICE_GET_INFO -> {
                InfoMessages.tellDevice(out, in, InfoMessages.deviceArgsz(in), server.info());
                reply();
            }
            case DEVICE_GET_REGION_INFO -> regionInfo();
            case DEVICE_GET_IRQ_INFO -> {
                InfoMessages.tellIrq(out, in, server.irq(InfoMessages.irqIndex(in)));
                reply();
            }
            case DEVICE_SET_IRQS -> setIrqs();
            case REGION_READ -> read();
            case REGION_WRITE -> write();
            case DEVICE_RESET -> {
                server.memories.get(TestServer.CONFIG).set(ValueLayout.JAVA_SHORT, 4, (short) 0);
                empty();
            }
            case DEVICE_FEATURE -> {
                Feature.check(in);
                fail(Errno.EINVAL);
            }
            default -> fail(Errno.EINVAL);
        }
    }

    private void version() {
        Version offer = Version.read(in);
        Version answer = offer.answer(server.capabilities);
        Capabilities said = answer.writeReply(out, in);
        if (said.twinSocket()) {
            List<UnixSocket> pair = UnixSocket.pair(server.sys);
            twin = new MessageChannel(pair.get(0), 0);
            try (UnixSocket theirs = pair.get(1)) {
                try (Fd passed = theirs.fd().duplicate()) {
                    channel.send(out, List.of(passed));
                }
                // Not closed by shutdown, which would end the client's duplicate too.
                theirs.fd().close();
            }
        } else {
            reply();
        }
    }

    private void map() {
        DmaMapRequest map = DmaMapRequest.read(in);
        for (Range range : ranges.values()) {
            if (map.address() < range.map.address() + range.map.size()
                    && range.map.address() < map.address() + map.size()) {
                throw new VfioException("test", Errno.EINVAL, "overlap", "");
            }
        }
        Mapping memory = in.fdCount() == 0
                ? null
                : Mapping.ofFile(server.sys, in.fd(0), map.offset(), map.size(), Abi.PROT_READ | Abi.PROT_WRITE);
        ranges.put(map.address(), new Range(map, memory));
        empty();
    }

    private void unmap() {
        DmaUnmap unmap = DmaUnmap.read(in);
        Range range = ranges.get(unmap.address());
        if (range == null || range.map.size() != unmap.size()) {
            throw new VfioException("test", Errno.ENOENT, "unmap", "");
        }
        close(ranges.remove(unmap.address()));
        unmap.writeReply(out, in);
        reply();
    }

    private void regionInfo() {
        int argsz = InfoMessages.regionArgsz(in);
        int index = InfoMessages.regionIndex(in);
        boolean fits = InfoMessages.tellRegion(out, in, argsz, server.region(index), 0);
        Fd file = server.file(index);
        channel.send(out, fits && file != null ? List.of(file) : List.of());
    }

    private void setIrqs() {
        VfioIrqSet set = SetIrqs.read(in);
        int count = server.irq(set.index()).count();
        if ((set.flags() & VfioPci.VFIO_IRQ_SET_ACTION_TRIGGER) == 0
                && !server.irq(set.index()).maskable()) {
            throw new VfioException("test", Errno.EINVAL, "mask", "");
        }
        if (set.start() + set.count() > count) {
            throw new VfioException("test", Errno.EINVAL, "vectors", "");
        }
        Fd[] fds = eventfds.computeIfAbsent(set.index(), index -> new Fd[count]);
        boolean assigns = (set.flags() & VfioPci.VFIO_IRQ_SET_DATA_EVENTFD) != 0;
        if (set.count() == 0) {
            for (int i = 0; i < count; i++) {
                replace(fds, i, null);
            }
        }
        for (int i = 0; i < set.count(); i++) {
            if (assigns && (set.flags() & VfioPci.VFIO_IRQ_SET_ACTION_TRIGGER) != 0) {
                replace(fds, set.start() + i, in.fdCount() == 0 ? null : in.takeFd(0));
            } else if ((set.flags() & VfioPci.VFIO_IRQ_SET_ACTION_TRIGGER) != 0
                    && ((set.flags() & VfioPci.VFIO_IRQ_SET_DATA_NONE) != 0 || VfioIrqSet.readBool(in.payload(), i))) {
                fire(fds[set.start() + i]);
            }
        }
        empty();
    }

    /** Fires a vector without being asked to. */
    void fire(int index) {
        fire(eventfds.get(index)[0]);
    }

    private static void replace(Fd[] fds, int at, Fd next) {
        if (fds[at] != null) {
            fds[at].close();
        }
        fds[at] = next;
    }

    private void fire(Fd eventfd) {
        if (eventfd != null) {
            try (Arena arena = Arena.ofConfined()) {
                server.sys.write(eventfd.acquire(), arena.allocateFrom(ValueLayout.JAVA_LONG, 1), 8);
            } finally {
                eventfd.release();
            }
        }
    }

    private MemorySegment accessed() {
        int index = RegionAccess.region(in);
        if (index < 0 || index >= server.memories.size()) {
            throw new VfioException("test", Errno.EINVAL, "region " + index, "");
        }
        MemorySegment memory = server.memories.get(index);
        long offset = RegionAccess.offset(in);
        int size = RegionAccess.count(in);
        if (offset < 0 || size > memory.byteSize() - offset) {
            throw new VfioException("test", Errno.EINVAL, "offset " + offset, "");
        }
        return memory.asSlice(offset, size);
    }

    /**
     * Answers a read with descriptors, of which the client has the last when it gets the rest of the message.
     *
     * @param between closes the others
     */
    void readWith(List<? extends Fd> fds, Runnable between) {
        MemorySegment bytes = accessed();
        int payload = RegionAccess.SIZE + (int) bytes.byteSize();
        RegionAccess.beginReadReply(out, in, (int) bytes.byteSize());
        out.payload(RegionAccess.SIZE, bytes.byteSize()).copyFrom(bytes);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment message = arena.allocate(Message.HEADER + payload, Long.BYTES);
            message.set(ValueLayout.JAVA_SHORT, 0, (short) out.id());
            message.set(ValueLayout.JAVA_SHORT, 2, (short) out.commandId());
            message.set(ValueLayout.JAVA_INT, 4, out.size());
            message.set(ValueLayout.JAVA_INT, 8, out.flags());
            message.asSlice(Message.HEADER).copyFrom(out.payload());
            socket.send(message, 1, fds);
            between.run();
            socket.send(message.asSlice(1), List.of());
        }
    }

    private void read() {
        RegionAccess.checkRead(in, 1 << 20);
        MemorySegment bytes = accessed();
        RegionAccess.beginReadReply(out, in, (int) bytes.byteSize());
        out.payload(RegionAccess.SIZE, bytes.byteSize()).copyFrom(bytes);
        reply();
    }

    private void write() {
        RegionAccess.checkWrite(in, 1 << 20);
        MemorySegment bytes = accessed();
        bytes.copyFrom(in.payload(RegionAccess.SIZE, bytes.byteSize()));
        RegionAccess.writeReply(out, in);
        reply();
    }

    /** Copies as the device does, by whatever way the client's memory can be reached. */
    private void copy(long from, long to, int length) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bytes = arena.allocate(length, 8);
            if (dma(false, from, bytes) == 0) {
                dma(true, to, bytes);
            }
        }
    }

    /** One transfer; 0 or the errno. */
    int dma(boolean write, long address, MemorySegment bytes) {
        for (Range range : ranges.values()) {
            long at = address - range.map.address();
            if (range.memory != null && at >= 0 && at + bytes.byteSize() <= range.map.size()) {
                if (write && (range.map.flags() & DmaMapRequest.WRITABLE) == 0) {
                    return Errno.EPERM;
                }
                MemorySegment memory = range.memory.memory().asSlice(at, bytes.byteSize());
                (write ? memory : bytes).copyFrom(write ? bytes : memory);
                return 0;
            }
        }
        return dmaMessage(write, address, bytes);
    }

    /** One transfer by a message, on the twin socket if there is one. */
    int dmaMessage(boolean write, long address, MemorySegment bytes) {
        int size = (int) bytes.byteSize();
        int id = ++lastId & 0xffff;
        if (write) {
            DmaAccess.beginWrite(out, id, address, size);
            out.payload(DmaAccess.SIZE, size).copyFrom(bytes);
        } else {
            DmaAccess.beginRead(out, id, address, size);
        }
        Message reply = exchange(id);
        if (reply.isError()) {
            return reply.errno();
        }
        if (write) {
            DmaAccess.checkWriteReply(reply, address, size);
        } else {
            DmaAccess.checkReadReply(reply, address, size);
            bytes.copyFrom(reply.payload(DmaAccess.SIZE, size));
        }
        return 0;
    }

    /** Sends what is in {@link #out} as a command and waits for the reply, handling commands in between. */
    Message exchange(int id) {
        if (twin != null) {
            twin.send(out, List.of());
            if (twin.receive(dmaIn, Message.HEADER) != Outcome.MESSAGE) {
                throw new VfioException("test", Errno.ECONNRESET, "twin", "");
            }
            return dmaIn;
        }
        channel.send(out, List.of());
        while (channel.receive(in, Message.HEADER) == Outcome.MESSAGE) {
            if (in.isReply()) {
                if (in.id() != id) {
                    throw new VfioException("test", Errno.EPROTO, "id " + in.id(), "");
                }
                return in;
            }
            handle();
        }
        throw new VfioException("test", Errno.ECONNRESET, "main", "");
    }

    /** Sends what is in {@link #out}, if a reply is wanted. */
    void reply() {
        if (!in.wantsNoReply()) {
            sendWhole(out);
        }
    }

    void empty() {
        out.beginReply(in, 0);
        reply();
    }

    void fail(int errno) {
        out.fail(in, errno);
        reply();
    }

    /** Sends what is in {@link #out}, with descriptors. */
    void send(List<? extends Fd> fds) {
        channel.send(out, fds);
    }

    /** Sends another message, on any thread. */
    void sendWhole(Message message) {
        sending.lock();
        try {
            channel.send(message, List.of());
        } finally {
            sending.unlock();
        }
    }

    /** Sends what is in {@link #out} a byte at a time, each with descriptors. */
    void sendBitByBit(List<? extends Fd> fds, Runnable after) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment whole = arena.allocate(out.size());
            MemorySegment.copy(out.payload(), 0, whole, Message.HEADER, out.payloadSize());
            whole.set(ValueLayout.JAVA_SHORT_UNALIGNED, 0, (short) out.id());
            whole.set(ValueLayout.JAVA_SHORT_UNALIGNED, 2, (short) out.commandId());
            whole.set(ValueLayout.JAVA_INT_UNALIGNED, 4, out.size());
            whole.set(ValueLayout.JAVA_INT_UNALIGNED, 8, out.flags());
            for (long at = 0; at < whole.byteSize(); at++) {
                socket.send(whole.asSlice(at, 1), fds);
                after.run();
            }
        }
    }

    /** Sends a message as it is, and ends the connection if that is what it says. */
    void send(Fuzzed message) {
        send(message, List.of(server.file(TestServer.WINDOW_BAR)));
    }

    /**
     * Sends a message.
     *
     * @param kinds what goes along, by turns
     */
    void send(Fuzzed message, List<Fd> kinds) {
        Wire.send(socket, message, kinds);
        if (message.last()) {
            shutdown();
        }
    }

    /** Sends the first bytes of what is in {@link #out}, with descriptors that do not belong there, and ends the connection. */
    void sendAndEnd(int bytes, int fds) {
        MemorySegment whole = MemorySegment.ofArray(new byte[out.size()]);
        whole.asSlice(Message.HEADER).copyFrom(out.payload());
        whole.set(ValueLayout.JAVA_SHORT_UNALIGNED, 0, (short) out.id());
        whole.set(ValueLayout.JAVA_SHORT_UNALIGNED, 2, (short) out.commandId());
        whole.set(ValueLayout.JAVA_INT_UNALIGNED, 4, out.size());
        whole.set(ValueLayout.JAVA_INT_UNALIGNED, 8, out.flags());
        send(new Fuzzed(whole.asSlice(0, bytes), fds, List.of(), true));
    }

    /** How often the client has sent a command so far. */
    long count(Command command) {
        synchronized (log) {
            return log.stream().filter(command.toString()::equals).count();
        }
    }

    /** Ends the connection. */
    void shutdown() {
        try {
            channel.shutdown();
            MessageChannel other = twin;
            if (other != null) {
                other.shutdown();
            }
        } catch (IllegalStateException e) {
            // It has just ended by itself.
        }
    }

    private static void close(Range range) {
        if (range.memory != null) {
            range.memory.close();
        }
    }

    @Override
    public void close() {
        channel.close();
        if (twin != null) {
            twin.close();
        }
        ranges.values().forEach(TestClient::close);
        eventfds.values().forEach(fds -> {
            for (int i = 0; i < fds.length; i++) {
                replace(fds, i, null);
            }
        });
        in.close();
        out.close();
        dmaIn.close();
    }
}
