// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vfiouser.protocol;

import io.jvfio.device.DeviceInfo;
import io.jvfio.device.InfoCapability;
import java.util.List;

/**
 * The payload of {@code DEVICE_GET_INFO}: argsz, flags, number of regions, number of interrupt indexes. Capabilities, with
 * their offset as in {@code struct vfio_device_info}, are sent only to a peer that has agreed to
 * {@link Capabilities#addedRegions}.
 *
 * <p>Threads: pure functions of the message.
 */
public final class DeviceInfoPayload {
    /** The size without capabilities in bytes. */
    public static final int SIZE = 16;

    private static final int CHAIN_START = 24;

    /** {@code VFIO_DEVICE_FLAGS_CAPS}. */
    private static final int FLAGS_CAPS = 1 << 7;

    private DeviceInfoPayload() {}

    /**
     * Makes a request.
     *
     * @param argsz the largest payload of the reply in bytes
     */
    public static void writeRequest(Message request, int id, int argsz) {
        request.beginCommand(id, Command.DEVICE_GET_INFO, SIZE);
        request.set32(0, argsz);
    }

    /**
     * Checks a request.
     *
     * @return argsz, at most the limit of the message
     * @throws ProtocolException with EINVAL if it is malformed
     */
    public static int readRequest(Message request) {
        return checkedArgsz(request, SIZE);
    }

    /** The argsz of an info request; some senders fill more than the fixed part of the payload, which is welcome. */
    static int checkedArgsz(Message request, int least) {
        request.require(least);
        long argsz = Integer.toUnsignedLong(request.u32(0));
        if (argsz < least) {
            throw request.invalid("argsz " + argsz);
        }
        return (int) Math.min(argsz, request.limit());
    }

    /**
     * Makes the reply.
     *
     * @param argsz what the request said
     * @param info its capabilities are sent too
     */
    public static void writeReply(Message reply, Message command, int argsz, DeviceInfo info) {
        boolean chained = !info.capabilities().isEmpty();
        int full = chained ? CHAIN_START + InfoChain.byteSize(info.capabilities()) : SIZE;
        boolean fits = chained && full <= argsz;
        reply.beginReply(command, fits ? full : SIZE);
        reply.set32(0, full);
        reply.set32(4, fits ? info.flags() | FLAGS_CAPS : info.flags() & ~FLAGS_CAPS);
        reply.set32(8, info.regionCount());
        reply.set32(12, info.irqCount());
        if (fits) {
            reply.set32(16, CHAIN_START);
            InfoChain.write(reply, CHAIN_START, info.capabilities());
        }
    }

    /**
     * Reads a reply.
     *
     * @throws ProtocolException if it is malformed
     */
    public static DeviceInfo readReply(Message reply) {
        reply.require(SIZE);
        int flags = reply.u32(4);
        boolean chained = (flags & FLAGS_CAPS) != 0 && reply.payloadSize() >= CHAIN_START;
        List<InfoCapability> capabilities = chained ? InfoChain.read(reply, reply.u32(16), CHAIN_START) : List.of();
        return new DeviceInfo(flags, reply.u32(8), reply.u32(12), capabilities);
    }

    /** The argsz of a reply: what the full payload would need, in bytes. */
    public static long needed(Message reply) {
        return Integer.toUnsignedLong(reply.u32(0));
    }
}
