// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vfiouser.protocol;

import static io.jvfio.internal.uapi.VfioDeviceFeature.VFIO_DEVICE_FEATURE_GET;
import static io.jvfio.internal.uapi.VfioDeviceFeature.VFIO_DEVICE_FEATURE_MASK;
import static io.jvfio.internal.uapi.VfioDeviceFeature.VFIO_DEVICE_FEATURE_PROBE;
import static io.jvfio.internal.uapi.VfioDeviceFeature.VFIO_DEVICE_FEATURE_SET;

import io.jvfio.Hex;
import io.jvfio.internal.uapi.Argsz;
import io.jvfio.internal.uapi.VfioDeviceFeature;

/**
 * {@code DEVICE_FEATURE}: the kernel's struct and the feature's data, read and written in place. The argsz of a request is
 * the largest payload of the reply.
 *
 * <p>Threads: pure functions of the message.
 */
public final class Feature {
    /** The size before the data in bytes. */
    public static final int SIZE = (int) VfioDeviceFeature.STRUCT.byteSize();

    private static final int ALL =
            VFIO_DEVICE_FEATURE_MASK | VFIO_DEVICE_FEATURE_GET | VFIO_DEVICE_FEATURE_SET | VFIO_DEVICE_FEATURE_PROBE;

    private Feature() {}

    /**
     * Starts a request; the caller fills the data from byte 8 on.
     *
     * @param number of the feature with {@code VFIO_DEVICE_FEATURE_GET}, {@code _SET}, {@code _PROBE}
     * @param data bytes of data in the request
     * @param reply at most how many bytes of data in the reply
     */
    public static void begin(Message request, int id, int number, int data, int reply) {
        request.beginCommand(id, Command.DEVICE_FEATURE, SIZE + data);
        VfioDeviceFeature.STRUCT.fill(request.payload(), new VfioDeviceFeature(number));
        Argsz.set(request.payload(), SIZE + reply);
    }

    /**
     * Checks a request.
     *
     * @throws ProtocolException with EINVAL if it is malformed
     */
    public static void check(Message request) {
        request.require(SIZE);
        int flags = flags(request);
        boolean get = (flags & VFIO_DEVICE_FEATURE_GET) != 0;
        boolean set = (flags & VFIO_DEVICE_FEATURE_SET) != 0;
        boolean probe = (flags & VFIO_DEVICE_FEATURE_PROBE) != 0;
        if ((flags & ~ALL) != 0
                || !get && !set && !probe
                || get && set && !probe
                || Argsz.of(request.payload()) < SIZE) {
            throw request.invalid("argsz " + Argsz.of(request.payload()) + ", flags " + Hex.of(flags));
        }
    }

    /** The feature's number. */
    public static int number(Message message) {
        return flags(message) & VFIO_DEVICE_FEATURE_MASK;
    }

    /** The number with {@code VFIO_DEVICE_FEATURE_GET}, {@code _SET}, {@code _PROBE}. */
    public static int flags(Message message) {
        return VfioDeviceFeature.STRUCT.read(message.payload()).flags();
    }

    /** At most how many bytes of data the sender takes back, 0 or more. */
    public static int replyRoom(Message request) {
        return (int) Math.min(Argsz.of(request.payload()) - SIZE, request.limit() - SIZE);
    }

    /**
     * Starts the reply; the caller fills the data from byte 8 on, or copies that of the request for SET and
     * PROBE.
     */
    public static void beginReply(Message reply, Message command, int data) {
        reply.beginReply(command, SIZE + data);
        VfioDeviceFeature.STRUCT.fill(reply.payload(), new VfioDeviceFeature(flags(command)));
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
        if (number(reply) != (number & VFIO_DEVICE_FEATURE_MASK)) {
            throw reply.invalid("an answer about feature " + number(reply));
        }
    }
}
