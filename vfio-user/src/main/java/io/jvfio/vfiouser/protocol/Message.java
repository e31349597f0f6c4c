// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vfiouser.protocol;

import io.jvfio.Errno;
import io.jvfio.Fd;
import io.jvfio.internal.sys.Descriptor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * One message in a buffer that is used again for the next: header, payload, and the descriptors that came with it. The
 * buffer grows when a message needs it, up to a limit. Offsets of the accessors count from the start of the payload and
 * are checked against the message's size.
 *
 * <p>Received descriptors that nobody takes by {@link #takeFd} are closed by {@link #closeFds}, which the next
 * {@link MessageChannel#receive} calls too.
 *
 * <p>Threads: one at a time. Access allocates nothing unless the buffer grows.
 */
public final class Message implements AutoCloseable {
    /** The size of the header in bytes. */
    public static final int HEADER = 16;

    /** The flag of a reply; the type is in the four lowest bits. */
    public static final int REPLY = 0x1;

    /** The flag of a command that wants no reply, not even on failure. */
    public static final int NO_REPLY = 0x10;

    /** The flag of a reply that has an errno and no payload. */
    public static final int ERROR = 0x20;

    private static final int TYPE = 0xf;
    private static final int INITIAL = 4096;

    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.nativeOrder());
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.nativeOrder());
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.nativeOrder());

    private static final long ID_AT = 0;
    private static final long COMMAND_AT = 2;
    private static final long SIZE_AT = 4;
    private static final long FLAGS_AT = 8;
    private static final long ERROR_AT = 12;

    private final int limit;
    private final List<Descriptor> fds = new ArrayList<>();

    /** Whether more descriptors came than may, so that none of them is here. */
    private boolean lostFds;

    private Buffer buffer;

    /** That of the buffer. */
    private MemorySegment bytes;

    /** Header and payload of the current message in bytes. */
    private int size = HEADER;

    /**
     * An empty message.
     *
     * @param limit the largest payload in bytes
     */
    public Message(int limit) {
        if (limit < 0 || limit > Integer.MAX_VALUE - HEADER) {
            throw new IllegalArgumentException("a payload limit of " + limit + " bytes");
        }
        this.limit = HEADER + limit;
        this.buffer = new Buffer(Math.min(INITIAL, this.limit));
        this.bytes = buffer.bytes;
    }

    /** The largest payload in bytes. */
    public int limit() {
        return limit - HEADER;
    }

    /** The message's id, 0 to 0xffff: the sender's choice, echoed in the reply. */
    public int id() {
        return Short.toUnsignedInt(bytes.get(SHORT, ID_AT));
    }

    /** The command's number; {@link Command#of} knows the names. */
    public int commandId() {
        return Short.toUnsignedInt(bytes.get(SHORT, COMMAND_AT));
    }

    /** The flags as they are. */
    public int flags() {
        return bytes.get(INT, FLAGS_AT);
    }

    /** Whether the type is command. */
    public boolean isCommand() {
        return (flags() & TYPE) == 0;
    }

    /** Whether the type is reply. */
    public boolean isReply() {
        return (flags() & TYPE) == REPLY;
    }

    /** Whether the sender of this command wants no reply. */
    public boolean wantsNoReply() {
        return (flags() & NO_REPLY) != 0;
    }

    /** Whether this reply reports a failure. */
    public boolean isError() {
        return (flags() & ERROR) != 0;
    }

    /** The errno of a failure, 1 to 4095: what is no errno, 0 above all, reads as EINVAL. */
    public int errno() {
        int errno = bytes.get(INT, ERROR_AT);
        return errno <= 0 || errno > 4095 ? Errno.EINVAL : errno;
    }

    /** Header and payload in bytes. */
    public int size() {
        return size;
    }

    /** The payload in bytes. */
    public int payloadSize() {
        return size - HEADER;
    }

    /**
     * Starts a command; its payload is what follows, all zero.
     *
     * @param id 0 to 0xffff
     * @param payload bytes
     * @throws ProtocolException with EMSGSIZE if the payload is larger than the limit
     */
    public void beginCommand(int id, Command command, int payload) {
        begin(id, command.id(), 0, payload);
    }

    /**
     * Starts the reply to a command that was received.
     *
     * @param command the command's message
     * @param payload bytes
     * @throws ProtocolException with EMSGSIZE if the payload is larger than the limit
     */
    public void beginReply(Message command, int payload) {
        begin(command.id(), command.commandId(), REPLY, payload);
    }

    /**
     * Makes this the reply of a failure.
     *
     * @param command the command's message
     * @param errno 1 to 4095; what is none becomes EINVAL, since some peers take 0 for success and some die of it
     */
    public void fail(Message command, int errno) {
        begin(command.id(), command.commandId(), REPLY | ERROR, 0);
        bytes.set(INT, ERROR_AT, errno <= 0 || errno > 4095 ? Errno.EINVAL : errno);
    }

    private void begin(int id, int command, int flags, int payload) {
        room(payload);
        size = HEADER + payload;
        bytes.set(SHORT, ID_AT, (short) id);
        bytes.set(SHORT, COMMAND_AT, (short) command);
        bytes.set(INT, SIZE_AT, size);
        bytes.set(INT, FLAGS_AT, flags);
        bytes.set(INT, ERROR_AT, 0);
        for (long at = HEADER; at < Math.min(size, HEADER + 64); at += Long.BYTES) {
            bytes.set(LONG, at, 0);
        }
        if (size > HEADER + 64) {
            bytes.asSlice(HEADER + 64, size - HEADER - 64).fill((byte) 0);
        }
    }

    /** Adds flags, {@link #NO_REPLY} for one. */
    public void addFlags(int flags) {
        bytes.set(INT, FLAGS_AT, flags() | flags);
    }

    /** Changes the size of the payload of a message that was begun. Bytes that are added have no defined value. */
    public void resize(int payload) {
        room(payload);
        size = HEADER + payload;
        bytes.set(INT, SIZE_AT, size);
    }

    /** The payload; the view ends when the buffer grows. Allocates. */
    public MemorySegment payload() {
        return bytes.asSlice(HEADER, payloadSize());
    }

    /** A part of the payload; the view ends when the buffer grows. Allocates. */
    public MemorySegment payload(long offset, long length) {
        Objects.checkFromIndexSize(offset, length, payloadSize());
        return bytes.asSlice(HEADER + offset, length);
    }

    /** 8 bits of the payload, zero-extended. */
    public int u8(long offset) {
        Objects.checkFromIndexSize(offset, Byte.BYTES, payloadSize());
        return Byte.toUnsignedInt(bytes.get(ValueLayout.JAVA_BYTE, HEADER + offset));
    }

    /** 16 bits of the payload, zero-extended. */
    public int u16(long offset) {
        Objects.checkFromIndexSize(offset, Short.BYTES, payloadSize());
        return Short.toUnsignedInt(bytes.get(SHORT, HEADER + offset));
    }

    /** 32 bits of the payload. */
    public int u32(long offset) {
        Objects.checkFromIndexSize(offset, Integer.BYTES, payloadSize());
        return bytes.get(INT, HEADER + offset);
    }

    /** 64 bits of the payload. */
    public long u64(long offset) {
        Objects.checkFromIndexSize(offset, Long.BYTES, payloadSize());
        return bytes.get(LONG, HEADER + offset);
    }

    /** Sets 8 bits of the payload. */
    public void set8(long offset, int value) {
        Objects.checkFromIndexSize(offset, Byte.BYTES, payloadSize());
        bytes.set(ValueLayout.JAVA_BYTE, HEADER + offset, (byte) value);
    }

    /** Sets 16 bits of the payload. */
    public void set16(long offset, int value) {
        Objects.checkFromIndexSize(offset, Short.BYTES, payloadSize());
        bytes.set(SHORT, HEADER + offset, (short) value);
    }

    /** Sets 32 bits of the payload. */
    public void set32(long offset, int value) {
        Objects.checkFromIndexSize(offset, Integer.BYTES, payloadSize());
        bytes.set(INT, HEADER + offset, value);
    }

    /** Sets 64 bits of the payload. */
    public void set64(long offset, long value) {
        Objects.checkFromIndexSize(offset, Long.BYTES, payloadSize());
        bytes.set(LONG, HEADER + offset, value);
    }

    /**
     * Checks that the payload is long enough.
     *
     * @throws ProtocolException with EINVAL if not
     */
    public void require(int payload) {
        if (payloadSize() < payload) {
            throw invalid("a payload of " + payloadSize() + " bytes, not " + payload);
        }
    }

    /** The exception for a message that is wrong in itself. */
    public ProtocolException invalid(String problem) {
        return new ProtocolException(Errno.EINVAL, name(), problem);
    }

    /** The name of the command, for errors. */
    public String name() {
        Command command = Command.of(commandId());
        return command == null ? "vfio-user command " + commandId() : command.call();
    }

    /** How many descriptors came with it and are still here. */
    public int fdCount() {
        return fds.size();
    }

    /**
     * Checks that no more descriptors came with it than may; if more did, all of them are closed.
     *
     * @throws ProtocolException with EINVAL if not
     */
    public void checkFds() {
        if (lostFds) {
            throw invalid("more descriptors with one message than were agreed on");
        }
    }

    /** A descriptor that came with it; stays its own, and is closed with it. */
    public Fd fd(int index) {
        return fds.get(index);
    }

    /** Takes a descriptor over; the numbers of those behind it change. It belongs to the caller now. */
    public Descriptor takeFd(int index) {
        return fds.remove(index);
    }

    /** Closes the descriptors that nobody has taken. */
    public void closeFds() {
        lostFds = false;
        if (!fds.isEmpty()) {
            fds.forEach(Descriptor::close);
            fds.clear();
        }
    }

    /**
     * Takes the message out of its buffer, for {@link #take} after the buffer has got the next one. The descriptors go
     * along.
     *
     * @return what is kept of it, owned by the caller
     */
    public Kept detach() {
        Kept kept = new Kept(bytes.asSlice(0, size).toArray(ValueLayout.JAVA_BYTE), List.copyOf(fds), lostFds);
        fds.clear();
        return kept;
    }

    /** Makes this the message that was kept, and takes over its descriptors. Closes those of the message before. */
    public void take(Kept kept) {
        closeFds();
        grow(kept.bytes.length);
        size = kept.bytes.length;
        MemorySegment.copy(kept.bytes, 0, bytes, ValueLayout.JAVA_BYTE, 0, size);
        fds.addAll(kept.fds);
        lostFds = kept.lostFds;
    }

    /**
     * A message that waits, in as little memory as it can.
     *
     * <p>Threads: immutable, but for the descriptors' end.
     */
    public static final class Kept implements AutoCloseable {
        /** What holds the bytes, in bytes, with what a queue needs for it; measured, and rounded up. */
        private static final int OVERHEAD = 128;

        private static final int OF_FD = 256;

        private final byte[] bytes;
        private final List<Descriptor> fds;
        private final boolean lostFds;

        private Kept(byte[] bytes, List<Descriptor> fds, boolean lostFds) {
            this.bytes = bytes;
            this.fds = fds;
            this.lostFds = lostFds;
        }

        /** How many bytes of memory it takes. */
        public int cost() {
            return OVERHEAD + bytes.length + fds.size() * OF_FD;
        }

        /** How many descriptors it holds. */
        public int fdCount() {
            return fds.size();
        }

        /** Closes the descriptors, if nobody has taken it. */
        @Override
        public void close() {
            fds.forEach(Descriptor::close);
        }
    }

    /** Closes the descriptors and frees the buffer. Idempotent. */
    @Override
    public void close() {
        closeFds();
        if (buffer.arena.scope().isAlive()) {
            buffer.arena.close();
        }
    }

    /** All of the buffer, header first. */
    MemorySegment bytes() {
        return bytes;
    }

    /** Takes over descriptors that came with it. Closes them, and those that came before, if they are more than may be. */
    void addFds(List<Descriptor> arrived, int most) {
        fds.addAll(arrived);
        if (lostFds || fds.size() > most) {
            closeFds();
            lostFds = true;
        }
    }

    /** The size that the header names, which nobody has checked. */
    int namedSize() {
        return bytes.get(INT, SIZE_AT);
    }

    /** Takes the size that the header names. */
    void acceptSize() {
        size = namedSize();
    }

    /** Whether a message of so many bytes, header included, is one, and not too large. */
    boolean isAcceptable(int whole) {
        return whole >= HEADER && whole <= limit;
    }

    /** Makes the buffer hold so many bytes, which must be within the limit. */
    void grow(int whole) {
        if (whole > bytes.byteSize()) {
            Buffer larger = new Buffer(Math.min(Math.max(whole, bytes.byteSize() * 2), limit));
            MemorySegment.copy(bytes, 0, larger.bytes, 0, bytes.byteSize());
            bytes = larger.bytes;
            buffer.arena.close();
            buffer = larger;
        }
    }

    private void room(int payload) {
        if (payload < 0 || payload > limit - HEADER) {
            throw new ProtocolException(
                    Errno.EMSGSIZE, "vfio-user message", "a payload of " + payload + " bytes, at most " + limit());
        }
        grow(HEADER + payload);
    }

    /** Native memory with an end of its own. */
    private static final class Buffer {
        private final Arena arena = Arena.ofShared();
        private final MemorySegment bytes;

        Buffer(long size) {
            bytes = arena.allocate(size, Long.BYTES);
        }
    }
}
