// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vfiouser.protocol;

import io.jvfio.mmio.Layouts;

/**
 * The payloads of {@code REGION_READ} and {@code REGION_WRITE}, read and written in place: no access allocates.
 *
 * <p>Threads: pure functions of the message.
 */
public final class RegionAccess {
    /** The size before the data in bytes. */
    public static final int SIZE = 16;

    private RegionAccess() {}

    /** Starts a request to read; the reply has {@code count} bytes of data. */
    public static void beginRead(Message request, int id, int region, long offset, int count) {
        request.beginCommand(id, Command.REGION_READ, SIZE);
        fill(request, region, offset, count);
    }

    /** Starts a request to write; the caller fills {@code count} bytes of data from byte 16 on. */
    public static void beginWrite(Message request, int id, int region, long offset, int count) {
        request.beginCommand(id, Command.REGION_WRITE, SIZE + count);
        fill(request, region, offset, count);
    }

    /** Starts the reply to a read; the caller fills {@code count} bytes of data from byte 16 on. */
    public static void beginReadReply(Message reply, Message command, int count) {
        reply.beginReply(command, SIZE + count);
        fill(reply, region(command), offset(command), count);
    }

    /** Makes the reply to a write. */
    public static void writeReply(Message reply, Message command) {
        reply.beginReply(command, SIZE);
        fill(reply, region(command), offset(command), count(command));
    }

    private static void fill(Message message, int region, long offset, int count) {
        message.set64(0, offset);
        message.set32(8, region);
        message.set32(12, count);
    }

    /**
     * Checks a request to read.
     *
     * @param most the largest count
     * @throws ProtocolException with EINVAL if it is malformed or asks for more
     */
    public static void checkRead(Message request, int most) {
        request.require(SIZE);
        checkCount(request, most);
    }

    /**
     * Checks a request to write.
     *
     * @param most the largest count
     * @throws ProtocolException with EINVAL if it is malformed, or has another length than its data
     */
    public static void checkWrite(Message request, int most) {
        request.require(SIZE);
        checkCount(request, most);
        if (request.payloadSize() - SIZE != count(request)) {
            throw request.invalid(request.payloadSize() - SIZE + " bytes of data for a count of " + count(request));
        }
    }

    private static void checkCount(Message request, int most) {
        if (count(request) < 0 || count(request) > most) {
            throw request.invalid("a count of " + Integer.toUnsignedString(count(request)) + ", at most " + most);
        }
    }

    /**
     * Checks the reply to a read.
     *
     * @return how many bytes of data there are, at most {@code count}
     * @throws ProtocolException if there are more, or less than it says
     */
    public static int checkReadReply(Message reply, int count) {
        if (count == 0 && reply.payloadSize() == 0) {
            return 0;
        }
        reply.require(SIZE);
        int got = count(reply);
        if (got < 0 || got > count || reply.payloadSize() - SIZE < got) {
            throw reply.invalid(reply.payloadSize() - SIZE + " bytes of data and a count of "
                    + Integer.toUnsignedString(got) + " for " + count);
        }
        return got;
    }

    /**
     * Checks the reply to a write.
     *
     * @return how many bytes were written, at most {@code count}
     * @throws ProtocolException if it says more
     */
    public static int checkWriteReply(Message reply, int count) {
        if (reply.payloadSize() == 0) {
            return count;
        }
        reply.require(SIZE);
        int got = count(reply);
        if (got < 0 || got > count) {
            throw reply.invalid("a count of " + Integer.toUnsignedString(got) + " for " + count);
        }
        return got;
    }

    /** The region's index. */
    public static int region(Message message) {
        return message.u32(8);
    }

    /** Bytes from the region's start; may be anything. */
    public static long offset(Message message) {
        return message.u64(0);
    }

    /** How many bytes. */
    public static int count(Message message) {
        return message.u32(12);
    }

    /** The data as a little-endian register of 1, 2, 4 or 8 bytes, zero-extended. */
    public static long register(Message message, int width) {
        return register(message, SIZE, width);
    }

    /** Sets the data to a little-endian register of 1, 2, 4 or 8 bytes. */
    public static void setRegister(Message message, int width, long value) {
        setRegister(message, SIZE, width, value);
    }

    /** A little-endian register of the payload at an offset that is a multiple of 8. */
    static long register(Message message, int at, int width) {
        message.require(at + width);
        return switch (width) {
            case 1 -> message.u8(at);
            case 2 -> Short.toUnsignedLong(message.bytes().get(Layouts.LE_SHORT, Message.HEADER + at));
            case 4 -> Integer.toUnsignedLong(message.bytes().get(Layouts.LE_INT, Message.HEADER + at));
            case 8 -> message.bytes().get(Layouts.LE_LONG, Message.HEADER + at);
            default -> throw new IllegalArgumentException("a register of " + width + " bytes");
        };
    }

    private static void setRegister(Message message, int at, int width, long value) {
        message.require(at + width);
        switch (width) {
            case 1 -> message.set8(at, (int) value);
            case 2 -> message.bytes().set(Layouts.LE_SHORT, Message.HEADER + at, (short) value);
            case 4 -> message.bytes().set(Layouts.LE_INT, Message.HEADER + at, (int) value);
            case 8 -> message.bytes().set(Layouts.LE_LONG, Message.HEADER + at, value);
            default -> throw new IllegalArgumentException("a register of " + width + " bytes");
        }
    }
}
