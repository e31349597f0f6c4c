// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vfiouser.protocol;

import io.jvfio.Hex;

/**
 * The payload of {@code DEVICE_FEATURE}: a header and the feature's data, read and written in place.
 *
 * <p>Threads: pure functions of the message.
 */
public final class Feature {
    /** The size before the data in bytes. */
    public static final int SIZE = 8;

    /** The data is wanted. */
    public static final int GET = 0x10000;

    /** The data is to be applied. */
    public static final int SET = 0x20000;

    /** Only whether it would be possible is wanted. */
    public static final int PROBE = 0x40000;

    private static final int NUMBER = 0xffff;

    private Feature() {}

    /**
     * Starts a request; the caller fills the data from byte 8 on.
     *
     * @param number of the feature with {@link #GET}, {@link #SET}, {@link #PROBE}
     * @param data bytes of data in the request
     * @param reply at most how many bytes of data in the reply
     */
    public static void begin(Message request, int id, int number, int data, int reply) {
        request.beginCommand(id, Command.DEVICE_FEATURE, SIZE + data);
        request.set32(0, SIZE + reply);
        request.set32(4, number);
    }

    /**
     * Checks a request.
     *
     * @throws ProtocolException with EINVAL if it is malformed
     */
    public static void check(Message request) {
        request.require(SIZE);
        int flags = flags(request);
        boolean get = (flags & GET) != 0;
        boolean set = (flags & SET) != 0;
        boolean probe = (flags & PROBE) != 0;
        if ((flags & ~(NUMBER | GET | SET | PROBE)) != 0
                || !get && !set && !probe
                || get && set && !probe
                || Integer.compareUnsigned(request.u32(0), SIZE) < 0) {
            throw request.invalid("argsz " + Integer.toUnsignedString(request.u32(0)) + ", flags " + Hex.of(flags));
        }
    }

    /** The feature's number. */
    public static int number(Message message) {
        return flags(message) & NUMBER;
    }

    /** The number with {@link #GET}, {@link #SET}, {@link #PROBE}. */
    public static int flags(Message message) {
        return message.u32(4);
    }

    /** At most how many bytes of data the sender takes back, 0 or more. */
    public static int replyRoom(Message request) {
        return (int) Math.min(Integer.toUnsignedLong(request.u32(0)) - SIZE, request.limit() - SIZE);
    }

    /**
     * Starts the reply; the caller fills the data from byte 8 on, or copies that of the request for {@link #SET} and
     * {@link #PROBE}.
     */
    public static void beginReply(Message reply, Message command, int data) {
        reply.beginReply(command, SIZE + data);
        reply.set32(0, SIZE + data);
        reply.set32(4, flags(command));
    }

    /**
     * Checks a reply.
     *
     * @param number with flags, as in the request
     * @param data at least how many bytes of data
     * @throws ProtocolException if it is about another feature or too short
     */
    public static void checkReply(Message reply, int number, int data) {
        reply.require(SIZE + data);
        if ((flags(reply) & NUMBER) != (number & NUMBER)) {
            throw reply.invalid("an answer about feature " + number(reply));
        }
    }
}
