// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vfiouser.protocol;

/**
 * The payloads of {@code MIG_DATA_READ} and {@code MIG_DATA_WRITE}, read and written in place.
 *
 * <p>Threads: pure functions of the message.
 */
public final class MigrationData {
    /** The size before the data in bytes. */
    public static final int SIZE = 8;

    private MigrationData() {}

    /** Makes a request to read up to {@code count} bytes. */
    public static void beginRead(Message request, int id, int count) {
        request.beginCommand(id, Command.MIG_DATA_READ, SIZE);
        request.set32(0, SIZE + count);
        request.set32(4, count);
    }

    /** Starts a request to write; the caller fills {@code count} bytes of data from byte 8 on. */
    public static void beginWrite(Message request, int id, int count) {
        request.beginCommand(id, Command.MIG_DATA_WRITE, SIZE + count);
        request.set32(0, SIZE + count);
        request.set32(4, count);
    }

    /**
     * Checks a request to read.
     *
     * @return how many bytes are wanted
     * @throws ProtocolException with EINVAL if it is malformed or asks for more than {@code most}
     */
    public static int checkRead(Message request, int most) {
        request.require(SIZE);
        int count = request.u32(4);
        if (count < 0 || count > most || Integer.toUnsignedLong(request.u32(0)) < SIZE + (long) count) {
            throw request.invalid("argsz " + Integer.toUnsignedString(request.u32(0)) + ", size "
                    + Integer.toUnsignedString(count) + ", at most " + most);
        }
        return count;
    }

    /**
     * Checks a request to write.
     *
     * @return how many bytes of data there are
     * @throws ProtocolException with EINVAL if it is malformed or has more than {@code most}
     */
    public static int checkWrite(Message request, int most) {
        request.require(SIZE);
        int count = request.u32(4);
        if (count < 0 || count > most || request.payloadSize() - SIZE != count) {
            throw request.invalid(request.payloadSize() - SIZE + " bytes of data, size "
                    + Integer.toUnsignedString(count) + ", at most " + most);
        }
        return count;
    }

    /** Starts the reply to a read; the caller fills {@code count} bytes of data from byte 8 on. */
    public static void beginReadReply(Message reply, Message command, int count) {
        reply.beginReply(command, SIZE + count);
        reply.set32(0, SIZE + count);
        reply.set32(4, count);
    }

    /**
     * Checks the reply to a read. The payload may be longer than what is valid of it: libvfio-user's always is.
     *
     * @return how many bytes are valid; fewer than asked for mean that there is no more for now
     * @throws ProtocolException if it says more than it has
     */
    public static int checkReadReply(Message reply, int count) {
        reply.require(SIZE);
        int got = reply.u32(4);
        if (got < 0 || got > count || got > reply.payloadSize() - SIZE) {
            throw reply.invalid(reply.payloadSize() - SIZE + " bytes of data, size " + Integer.toUnsignedString(got)
                    + " of " + count);
        }
        return got;
    }
}
