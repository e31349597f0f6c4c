// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.vfiouser;

import io.jvfio.vfiouser.protocol.Command;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Random;

/**
 * Makes commands that a hostile or broken client could send: mostly well-formed ones whose numbers lie at and around every
 * limit, some with wrong sizes, types and descriptors. The same seed makes the same commands.
 *
 * <p>Threads: one at a time.
 */
final class HostileCommands {
    /** The size of the memory file that goes with some commands, in bytes. */
    static final int FILE_SIZE = 0x8000;

    private static final int HEADER = 16;
    private static final int NO_REPLY = 0x10;

    /** As many as the kernel passes at once. */
    private static final int MOST_FDS = 253;

    private static final int MOST_DATA = 1 << 20;

    private static final long[] EDGES = {
        0,
        1,
        2,
        3,
        4,
        7,
        8,
        15,
        16,
        17,
        31,
        32,
        33,
        0xff,
        0x100,
        0xfff,
        0x1000,
        0x1001,
        0x2000,
        0x7fff,
        0x8000,
        0x8001,
        0xffff,
        0x1_0000,
        0xf_ffff,
        0x10_0000,
        0x10_0001,
        0x7fff_ffffL,
        0x8000_0000L,
        0xffff_ffffL,
        0x1_0000_0000L,
        0xffff_ffff_f000L,
        0x1_0000_0000_0000L,
        Long.MAX_VALUE,
        Long.MIN_VALUE,
        -0x1000,
        -2,
        -1
    };

    private static final List<Command> COMMANDS = List.of(Command.values());

    private final Random random;
    private int lastId;

    /** What to send, and what is to be expected. */
    record Hostile(MemorySegment bytes, int id, int command, List<Kind> descriptors, Expect expect) {}

    /** Which kind of file goes along. */
    enum Kind {
        /** A memory file whose size is sealed. */
        SEALED,
        /** A memory file that could be cut. */
        UNSEALED,
        /** An eventfd as clients use them. */
        EVENTFD,
        /** An end of a socket. */
        SOCKET,
        /** A device of characters. */
        DEVICE
    }

    /** What the server has to do with it. */
    enum Expect {
        /** Answer it, well or not. */
        ANSWER,
        /** Nothing: no answer is wanted, or it is an answer itself. */
        SILENCE,
        /** End the connection, whether it answers or not. */
        END
    }

    HostileCommands(long seed) {
        this.random = new Random(seed);
    }

    Random random() {
        return random;
    }

    /** The next one. */
    Hostile next() {
        lastId = lastId + 1 & 0xffff;
        int id = lastId;
        Command known = COMMANDS.get(random.nextInt(COMMANDS.size()));
        int command = one(40) ? random.nextInt(0x1_0000) : known.id();
        ByteBuffer payload = payload(known);
        if (one(20)) {
            payload.limit(random.nextInt(payload.limit() + 1));
        }
        boolean noReply = one(6) && known != Command.VERSION;
        int flags = noReply ? NO_REPLY : 0;
        Expect expect = noReply ? Expect.SILENCE : Expect.ANSWER;
        if (one(200)) {
            flags = 1 + random.nextInt(15);
            expect = flags == 1 ? Expect.SILENCE : Expect.END;
        }
        int size = HEADER + payload.limit();
        if (one(400)) {
            size = badSize();
            expect = Expect.END;
        }
        ByteBuffer message = ByteBuffer.allocate(HEADER + payload.limit()).order(ByteOrder.nativeOrder());
        message.putShort((short) id)
                .putShort((short) command)
                .putInt(size)
                .putInt(flags)
                .putInt(0);
        message.put(payload.rewind());
        return new Hostile(MemorySegment.ofArray(message.array()), id, command, descriptors(known), expect);
    }

    private boolean one(int in) {
        return random.nextInt(in) == 0;
    }

    /** Below a header, or above all that the server takes. */
    private int badSize() {
        return one(2) ? random.nextInt(HEADER) : MOST_DATA + (64 << 10) + HEADER + 1 + random.nextInt(1 << 20);
    }

    private List<Kind> descriptors(Command command) {
        int often = command == Command.DMA_MAP || command == Command.DEVICE_SET_IRQS ? 2 : 30;
        if (!one(often)) {
            return List.of();
        }
        int count = one(20) ? 1 + random.nextInt(MOST_FDS) : 1 + random.nextInt(3);
        Kind[] kinds = new Kind[count];
        Kind usual = command == Command.DMA_MAP ? Kind.SEALED : Kind.EVENTFD;
        for (int i = 0; i < count; i++) {
            kinds[i] = one(4) ? Kind.values()[random.nextInt(Kind.values().length)] : usual;
        }
        return List.of(kinds);
    }

    private ByteBuffer payload(Command command) {
        ByteBuffer bytes = ByteBuffer.allocate(8192).order(ByteOrder.nativeOrder());
        switch (command) {
            case VERSION ->
                bytes.putShort((short) small()).putShort((short) small()).put((byte) '{');
            case DMA_MAP ->
                bytes.putInt(argsz(32))
                        .putInt(1 + random.nextInt(3))
                        .putLong(page())
                        .putLong(page())
                        .putLong(page());
            case DMA_UNMAP ->
                bytes.putInt(argsz(24))
                        .putInt(one(4) ? small() : 0)
                        .putLong(page())
                        .putLong(page());
            case DEVICE_GET_INFO -> bytes.putInt(argsz(16)).putInt(0).putLong(0);
            case DEVICE_GET_REGION_INFO ->
                bytes.putInt(argsz(32))
                        .putInt(0)
                        .putInt(index())
                        .putInt(0)
                        .putLong(0)
                        .putLong(0);
            case DEVICE_GET_REGION_IO_FDS, DEVICE_GET_IRQ_INFO ->
                bytes.putInt(argsz(16))
                        .putInt(one(9) ? small() : 0)
                        .putInt(index())
                        .putInt(one(9) ? small() : 0);
            case DEVICE_SET_IRQS -> setIrqs(bytes);
            case REGION_READ -> bytes.putLong(offset()).putInt(index()).putInt(count());
            case REGION_WRITE -> regionWrite(bytes);
            case DMA_READ, DMA_WRITE -> bytes.putLong(page()).putLong(edge());
            case DEVICE_RESET -> {
                if (one(4)) {
                    bytes.putLong(edge());
                }
            }
            case REGION_WRITE_MULTI -> writeMulti(bytes);
            case DEVICE_FEATURE ->
                bytes.putInt(argsz(8))
                        .putInt(random.nextInt(16) | random.nextInt(8) << 16)
                        .putInt(small());
            case MIG_DATA_READ, MIG_DATA_WRITE -> bytes.putInt(argsz(8)).putInt((int) edge());
        }
        return bytes.flip();
    }

    private void setIrqs(ByteBuffer bytes) {
        int data = one(9) ? random.nextInt(8) : 1 << random.nextInt(3);
        int action = one(9) ? random.nextInt(8) : 1 << random.nextInt(3);
        int count = one(9) ? (int) edge() : random.nextInt(4);
        bytes.putInt(argsz(20)).putInt(data | action << 3).putInt(index() % 5);
        bytes.putInt(one(9) ? (int) edge() : 0).putInt(count);
        if (data == 2) {
            for (int i = 0; i < Math.min(Math.max(count, 0), 64); i++) {
                bytes.put((byte) random.nextInt(2));
            }
        }
    }

    private void regionWrite(ByteBuffer bytes) {
        int width = one(4) ? random.nextInt(4000) : 1 << random.nextInt(4);
        bytes.putLong(offset()).putInt(index()).putInt(one(30) ? (int) edge() : width);
        data(bytes, width);
    }

    private void writeMulti(ByteBuffer bytes) {
        int entries = random.nextInt(20);
        bytes.putLong(one(9) ? edge() : entries);
        for (int i = 0; i < entries; i++) {
            bytes.putLong(offset()).putInt(index()).putInt(one(9) ? small() : 1 << random.nextInt(4));
            data(bytes, 8);
        }
    }

    private void data(ByteBuffer bytes, int length) {
        if (length == 8) {
            bytes.putLong(one(2) ? edge() : page());
        } else {
            byte[] data = new byte[length];
            random.nextBytes(data);
            bytes.put(data);
        }
    }

    private int argsz(int usual) {
        return one(9) ? (int) edge() : usual;
    }

    private int small() {
        return random.nextInt(20) - 2;
    }

    private int index() {
        return one(20) ? (int) edge() : random.nextInt(10);
    }

    private int count() {
        return one(4) ? (int) edge() : 1 << random.nextInt(9);
    }

    /** Mostly where a device has registers. */
    private long offset() {
        return one(9) ? edge() : random.nextInt(0x120) & -4;
    }

    private long edge() {
        return EDGES[random.nextInt(EDGES.length)];
    }

    /** An address, an offset or a size of memory: mostly a few pages, so that ranges meet. */
    private long page() {
        return one(9) ? edge() : (long) random.nextInt(9) << 12;
    }
}
