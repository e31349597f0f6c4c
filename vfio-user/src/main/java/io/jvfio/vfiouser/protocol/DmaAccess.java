// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vfiouser.protocol;

import io.jvfio.Errno;
import io.jvfio.Hex;

/**
 * The payloads of {@code DMA_READ} and {@code DMA_WRITE}, read and written in place: no access allocates.
 *
 * <p>Threads: pure functions of the message.
 */
public final class DmaAccess {
    /** The size before the data in bytes. */
    public static final int SIZE = 16;

    private DmaAccess() {}

    /** Starts a request to read; the reply has {@code count} bytes of data. */
    public static void beginRead(Message request, int id, long address, int count) {
        request.beginCommand(id, Command.DMA_READ, SIZE);
        fill(request, address, count);
    }

    /** Starts a request to write; the caller fills {@code count} bytes of data from byte 16 on. */
    public static void beginWrite(Message request, int id, long address, int count) {
        request.beginCommand(id, Command.DMA_WRITE, SIZE + count);
        fill(request, address, count);
    }

    /** Starts the reply to a read; the caller fills the data from byte 16 on. */
    public static void beginReadReply(Message reply, Message command) {
        reply.beginReply(command, SIZE + (int) count(command));
        fill(reply, address(command), count(command));
    }

    /** Makes the reply to a write. */
    public static void writeReply(Message reply, Message command) {
        reply.beginReply(command, SIZE);
        fill(reply, address(command), count(command));
    }

    private static void fill(Message message, long address, long count) {
        message.set64(0, address);
        message.set64(8, count);
    }

    /**
     * Checks a request, as the client does.
     *
     * @param most the largest count
     * @throws ProtocolException with E2BIG if it asks for more, EINVAL if it is malformed or descriptors came along
     */
    public static void check(Message request, int most) {
        request.require(SIZE);
        request.checkFds();
        long count = count(request);
        if (count <= 0 || request.fdCount() > 0) {
            throw request.invalid(
                    "a count of " + Long.toUnsignedString(count) + ", " + request.fdCount() + " descriptors");
        }
        if (count > most) {
            throw new ProtocolException(Errno.E2BIG, request.name(), "a count of " + count + ", at most " + most);
        }
        if (request.commandId() == Command.DMA_WRITE.id() && request.payloadSize() - SIZE != count) {
            throw request.invalid(request.payloadSize() - SIZE + " bytes of data for a count of " + count);
        }
    }

    /**
     * Checks the reply to a read, as the server does: all bytes, of the same address.
     *
     * @throws ProtocolException if not
     */
    public static void checkReadReply(Message reply, long address, int count) {
        reply.require(SIZE + count);
        checkEcho(reply, address, count);
    }

    /**
     * Checks the reply to a write, as the server does. An empty one is allowed, or one with a count of 4 bytes: older
     * QEMU sends them.
     *
     * @throws ProtocolException if it is about something else
     */
    public static void checkWriteReply(Message reply, long address, int count) {
        if (reply.payloadSize() == 0) {
            return;
        }
        if (reply.payloadSize() < SIZE) {
            reply.require(SIZE - Integer.BYTES);
            if (reply.u64(0) != address || reply.u32(8) != count) {
                throw reply.invalid("another address or count than asked for");
            }
            return;
        }
        checkEcho(reply, address, count);
    }

    private static void checkEcho(Message reply, long address, int count) {
        if (address(reply) != address || count(reply) != count) {
            throw reply.invalid(Hex.of(count(reply)) + " bytes at " + Hex.of(address(reply)) + ", not " + Hex.of(count)
                    + " at " + Hex.of(address));
        }
    }

    /** The first IOVA; may be anything. */
    public static long address(Message message) {
        return message.u64(0);
    }

    /** How many bytes. */
    public static long count(Message message) {
        return message.u64(8);
    }
}
