// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vfiouser.fuzz;

import io.jvfio.vfiouser.protocol.Command;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * Makes messages from a seed, the same for the same seed: most of them nearly right, with numbers at and around every
 * limit, some broken in header, length or descriptors, a few cut off. What a peer answers does not influence it but by
 * what it is asked for.
 *
 * <p>Threads: one at a time.
 */
public final class MessageFuzzer {
    private static final int HEADER = 16;
    private static final int MIB = 1 << 20;

    /** Sizes, counts and offsets at which something changes. */
    private static final long[] EDGES = {
        0,
        1,
        2,
        3,
        4,
        7,
        8,
        9,
        15,
        16,
        17,
        20,
        24,
        31,
        32,
        33,
        63,
        64,
        100,
        253,
        254,
        256,
        4095,
        4096,
        4097,
        65535,
        65536,
        (128 << 10) - 1,
        128 << 10,
        (128 << 10) + 1,
        MIB - 1,
        MIB,
        MIB + 1,
        64L << 20,
        Integer.MAX_VALUE,
        0x8000_0000L,
        0xffff_ffffL,
        1L << 32,
        Long.MAX_VALUE,
        Long.MIN_VALUE,
        -1,
        -4096,
        -8
    };

    private static final String[] TEXTS = {
        "{\"capabilities\":{\"max_msg_fds\":8,\"twin_socket\":{\"supported\":true,\"fd_index\":0}}}",
        "{\"capabilities\":{\"max_msg_fds\":0,\"max_data_xfer_size\":1,\"max_dma_maps\":0,\"pgsizes\":0}}",
        "{\"capabilities\":{\"max_data_xfer_size\":9223372036854775807,\"write_multiple\":true}}",
        "{\"capabilities\":{\"jvfio_added_regions\":true,\"pgsizes\":2097152}}",
        "{\"capabilities\":",
        "[[[[[[[[[[[[[[[[[[[[",
        "{}",
        ""
    };

    private final Random random;

    /** A fuzzer whose messages follow from the seed. */
    public MessageFuzzer(long seed) {
        random = new Random(seed);
    }

    /** True once in so many times. */
    public boolean oneIn(int times) {
        return random.nextInt(times) == 0;
    }

    /** A number below a bound, for what the test itself decides. */
    public int below(int bound) {
        return random.nextInt(bound);
    }

    /** A command of a client, for a server. */
    public Fuzzed clientCommand() {
        Command[] all = Command.values();
        Command command = all[random.nextInt(all.length)];
        int id = oneIn(30) ? random.nextInt(0x10000) : command.id();
        return finish(header(random.nextInt(0x10000), id, oneIn(10) ? 0x10 : 0), commandPayload(command), fds(command));
    }

    /** A first message of a client, right or wrong. */
    public Fuzzed firstMessage() {
        return finish(header(random.nextInt(0x10000), oneIn(10) ? 9 : Command.VERSION.id(), 0), version(), 0);
    }

    /** A command of a server, for a client. */
    public Fuzzed serverCommand() {
        int id = oneIn(10) ? random.nextInt(32) : oneIn(2) ? Command.DMA_READ.id() : Command.DMA_WRITE.id();
        int data = id == Command.DMA_WRITE.id() ? random.nextInt(600) : 0;
        ByteBuffer payload = buffer(16 + data);
        payload.putLong(0, oneIn(2) ? 0x10_0000 + random.nextInt(0x3000) : edge());
        payload.putLong(8, oneIn(3) ? edge() : data == 0 ? random.nextInt(600) : data);
        return finish(header(random.nextInt(0x10000), id, oneIn(10) ? 0x10 : 0), payload, oneIn(20) ? 1 : 0);
    }

    /**
     * A reply of a server.
     *
     * @param id of the command, which the reply usually has too
     * @param commandId of the command
     * @param asked the command's payload, as much as there is
     */
    public Fuzzed reply(int id, int commandId, byte[] asked) {
        boolean error = oneIn(6);
        ByteBuffer head = header(
                oneIn(50) ? id + 1 : id,
                oneIn(50) ? commandId + 1 : commandId,
                error ? 0x21 : oneIn(50) ? edgeInt() : 1);
        if (error) {
            head.putInt(12, oneIn(3) ? edgeInt() : 1 + random.nextInt(130));
        }
        Command command = Command.of(commandId);
        ByteBuffer payload = error && !oneIn(10) ? buffer(0) : replyPayload(command, asked);
        boolean file = command == Command.DEVICE_GET_REGION_INFO || command == Command.VERSION;
        int often = command == Command.DEVICE_GET_REGION_IO_FDS ? 1 : file ? 2 : 30;
        return finish(head, payload, oneIn(often) ? 1 + random.nextInt(3) : 0);
    }

    private ByteBuffer commandPayload(Command command) {
        return switch (command) {
            case VERSION -> version();
            case DMA_MAP ->
                words(
                        32,
                        4,
                        32,
                        4,
                        oneIn(5) ? edgeInt() : 3,
                        8,
                        oneIn(2) ? 0 : pageOrEdge(),
                        8,
                        pageOrEdge(),
                        8,
                        pageOrEdge());
            case DMA_UNMAP ->
                words(
                        oneIn(4) ? 40 : 24,
                        4,
                        64,
                        4,
                        oneIn(4) ? random.nextInt(4) : 0,
                        8,
                        pageOrEdge(),
                        8,
                        pageOrEdge(),
                        8,
                        4096,
                        8,
                        8);
            case DEVICE_GET_INFO -> words(16, 4, 16);
            case DEVICE_GET_REGION_INFO -> words(oneIn(4) ? 100 : 32, 4, oneIn(2) ? 32 : 256, 4, 0, 8, index());
            case DEVICE_GET_REGION_IO_FDS -> words(16, 4, oneIn(2) ? 16 : 256, 4, 0, 8, index());
            case DEVICE_GET_IRQ_INFO -> words(16, 4, 16, 4, 0, 8, index());
            case DEVICE_SET_IRQS -> setIrqs();
            case REGION_READ -> access(0);
            case REGION_WRITE -> access(oneIn(50) ? MIB : random.nextInt(20));
            case DEVICE_RESET -> buffer(oneIn(20) ? 8 : 0);
            case REGION_WRITE_MULTI -> writeMulti();
            case DEVICE_FEATURE -> feature();
            case MIG_DATA_READ, MIG_DATA_WRITE -> words(8 + random.nextInt(64), 4, 8 + random.nextInt(64), 4, small());
            case DMA_READ, DMA_WRITE -> words(16, 8, pageOrEdge(), 8, edge());
        };
    }

    private ByteBuffer replyPayload(@Nullable Command command, byte[] asked) {
        if (command == null) {
            return buffer(random.nextInt(64));
        }
        return switch (command) {
            case VERSION -> version();
            case DMA_MAP, DEVICE_SET_IRQS, DEVICE_RESET -> buffer(oneIn(5) ? random.nextInt(64) : 0);
            case DEVICE_GET_INFO -> words(16, 4, 16, 4, 3, 4, oneIn(2) ? 9 : edgeInt(), 4, oneIn(2) ? 5 : edgeInt());
            case DEVICE_GET_REGION_INFO -> regionInfo(asked);
            case DEVICE_GET_REGION_IO_FDS -> regionIoFds(asked);
            case DEVICE_GET_IRQ_INFO -> words(16, 4, 16, 4, 1, 4, word(asked, 8), 4, oneIn(2) ? 4 : edgeInt());
            case REGION_READ -> {
                int count = Math.clamp(word(asked, 12), 0, MIB);
                ByteBuffer reply = buffer(16 + count);
                reply.put(0, asked, 0, Math.min(16, asked.length));
                if (oneIn(4)) {
                    reply.putInt(12, edgeInt());
                }
                yield reply;
            }
            default -> {
                ByteBuffer echo = buffer(Math.min(asked.length, 64));
                echo.put(0, asked, 0, echo.capacity());
                yield echo;
            }
        };
    }

    private ByteBuffer regionInfo(byte[] asked) {
        int chain = oneIn(2) ? 0 : 8 * (1 + random.nextInt(12));
        ByteBuffer reply = words(
                32 + chain,
                4,
                oneIn(3) ? edgeInt() : 32 + chain,
                4,
                random.nextInt(16),
                4,
                word(asked, 8),
                4,
                32,
                8,
                oneIn(2) ? 0x4000 : edge(),
                8,
                oneIn(2) ? 0 : edge());
        for (int at = 32; at + 8 <= reply.capacity(); at += 8) {
            reply.putShort(at, (short) random.nextInt(4));
            reply.putInt(at + 4, oneIn(3) ? at + 8 * random.nextInt(4) : edgeInt());
        }
        return reply;
    }

    private ByteBuffer regionIoFds(byte[] asked) {
        int entries = random.nextInt(6);
        int stride = oneIn(8) ? 8 * random.nextInt(8) : oneIn(4) ? 40 : 48;
        int size = 16 + entries * stride;
        ByteBuffer reply = buffer(size + 48);
        reply.putInt(0, oneIn(8) ? edgeInt() : size);
        reply.putInt(8, word(asked, 8));
        reply.putInt(12, oneIn(8) ? edgeInt() : entries);
        for (int at = 16; at < size && stride > 0; at += stride) {
            reply.putLong(at, oneIn(6) ? edge() : 8L * random.nextInt(8));
            reply.putLong(at + 8, oneIn(6) ? edge() : 1L << random.nextInt(5));
            reply.putInt(at + 16, oneIn(6) ? edgeInt() : random.nextInt(3));
            reply.putInt(at + 20, oneIn(6) ? edgeInt() : oneIn(3) ? 0 : 2);
            reply.putInt(at + 24, oneIn(8) ? edgeInt() : 0);
            reply.putInt(at + 28, oneIn(6) ? edgeInt() : random.nextInt(3));
            reply.putLong(at + 32, oneIn(6) ? edge() : 8L * random.nextInt(600));
        }
        return reply.slice(0, size).order(ByteOrder.nativeOrder());
    }

    private ByteBuffer setIrqs() {
        int count = oneIn(4) ? edgeInt() : random.nextInt(6);
        ByteBuffer irqs = words(
                20 + random.nextInt(8),
                4,
                28,
                4,
                oneIn(4) ? random.nextInt(64) : 0x20 | 1 << random.nextInt(3),
                4,
                index(),
                4,
                oneIn(4) ? edgeInt() : random.nextInt(4),
                4,
                count);
        return irqs;
    }

    private ByteBuffer access(int data) {
        ByteBuffer access = words(
                16 + data,
                8,
                oneIn(3) ? edge() : random.nextInt(0x1000),
                4,
                index(),
                4,
                oneIn(5) ? edgeInt() : data == 0 ? 1 << random.nextInt(4) : data);
        for (int i = 0; i < Math.min(data, 32); i++) {
            access.put(16 + i, (byte) random.nextInt());
        }
        return access;
    }

    private ByteBuffer writeMulti() {
        int entries = random.nextInt(6);
        ByteBuffer multi = buffer(8 + 24 * entries);
        multi.putLong(0, oneIn(4) ? edge() : entries);
        for (int i = 0; i < entries; i++) {
            multi.putLong(8 + 24 * i, oneIn(3) ? edge() : random.nextInt(0x1000));
            multi.putInt(16 + 24 * i, index());
            multi.putInt(20 + 24 * i, oneIn(4) ? edgeInt() : 1 << random.nextInt(4));
        }
        return multi;
    }

    private ByteBuffer feature() {
        int flags = random.nextInt(8) << 16 | (oneIn(4) ? random.nextInt(0x10000) : random.nextInt(12));
        return words(8 + random.nextInt(40), 4, oneIn(3) ? edgeInt() : 64, 4, flags);
    }

    private ByteBuffer version() {
        byte[] text = TEXTS[random.nextInt(TEXTS.length)].getBytes(StandardCharsets.UTF_8);
        int zero = oneIn(10) ? 0 : 1;
        ByteBuffer version = buffer(4 + text.length + zero);
        version.putShort(0, (short) (oneIn(10) ? random.nextInt() : 0));
        version.putShort(2, (short) (oneIn(10) ? random.nextInt() : 1));
        version.put(4, text);
        return version;
    }

    /** A payload of fields from its start on, given as size and value; those that do not fit are left out. */
    private static ByteBuffer words(int size, long... fields) {
        ByteBuffer words = buffer(size);
        int at = 0;
        for (int i = 0; i + 1 < fields.length && at + fields[i] <= size; i += 2) {
            if (fields[i] == Integer.BYTES) {
                words.putInt(at, (int) fields[i + 1]);
            } else {
                words.putLong(at, fields[i + 1]);
            }
            at += (int) fields[i];
        }
        return words;
    }

    private ByteBuffer header(int id, int command, int flags) {
        ByteBuffer header = buffer(HEADER);
        header.putShort(0, (short) id);
        header.putShort(2, (short) command);
        header.putInt(8, oneIn(100) ? edgeInt() : flags);
        return header;
    }

    /** Puts header and payload together and breaks a few. */
    private Fuzzed finish(ByteBuffer header, ByteBuffer payload, int fds) {
        byte[] data = bytes(payload);
        if (oneIn(20)) {
            data = Arrays.copyOf(data, Math.max(0, data.length + random.nextInt(17) - 8));
        }
        for (int flips = oneIn(10) ? 1 + random.nextInt(3) : 0; flips > 0 && data.length > 0; flips--) {
            data[random.nextInt(data.length)] ^= (byte) (1 << random.nextInt(8));
        }
        header.putInt(4, oneIn(150) ? edgeInt() : HEADER + data.length);
        byte[] whole = Arrays.copyOf(bytes(header), HEADER + data.length);
        System.arraycopy(data, 0, whole, HEADER, data.length);
        boolean last = oneIn(150);
        if (last) {
            whole = Arrays.copyOf(whole, random.nextInt(whole.length + 1));
        }
        List<Integer> cuts = new ArrayList<>();
        if (oneIn(15)) {
            for (int at = random.nextInt(8); at < Math.min(whole.length, 64); at += 1 + random.nextInt(16)) {
                cuts.add(at);
            }
        }
        return new Fuzzed(MemorySegment.ofArray(whole), oneIn(200) ? 253 : fds, cuts, last);
    }

    private int fds(Command command) {
        int usual = command == Command.DMA_MAP || command == Command.DEVICE_SET_IRQS ? 1 : 0;
        return oneIn(10) ? random.nextInt(20) : usual;
    }

    private long pageOrEdge() {
        return oneIn(4) ? edge() : 4096L * random.nextInt(16);
    }

    private int index() {
        return oneIn(10) ? edgeInt() : random.nextInt(10);
    }

    private int small() {
        return oneIn(4) ? edgeInt() : random.nextInt(100);
    }

    private int edgeInt() {
        return (int) edge();
    }

    private long edge() {
        return EDGES[random.nextInt(EDGES.length)] + (oneIn(8) ? random.nextInt(3) - 1 : 0);
    }

    private static int word(byte[] bytes, int at) {
        return at + 4 <= bytes.length
                ? ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder()).getInt(at)
                : 0;
    }

    private static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.capacity()];
        buffer.get(0, bytes);
        return bytes;
    }

    private static ByteBuffer buffer(int size) {
        return ByteBuffer.allocate(size).order(ByteOrder.nativeOrder());
    }
}
