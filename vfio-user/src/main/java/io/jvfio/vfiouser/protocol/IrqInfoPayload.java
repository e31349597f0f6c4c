// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vfiouser.protocol;

import io.jvfio.device.IrqInfo;

/**
 * The payload of {@code DEVICE_GET_IRQ_INFO}: argsz, flags, index, count.
 *
 * <p>Threads: pure functions of the message.
 */
public final class IrqInfoPayload {
    /** The size in bytes. */
    public static final int SIZE = 16;

    private IrqInfoPayload() {}

    /** Makes a request. */
    public static void writeRequest(Message request, int id, int index) {
        request.beginCommand(id, Command.DEVICE_GET_IRQ_INFO, SIZE);
        request.set32(0, SIZE);
        request.set32(8, index);
    }

    /**
     * Checks a request.
     *
     * @return the index, which may be anything
     * @throws ProtocolException with EINVAL if it is malformed
     */
    public static int readRequest(Message request) {
        DeviceInfoPayload.checkedArgsz(request, SIZE);
        return request.u32(8);
    }

    /** Makes the reply. */
    public static void writeReply(Message reply, Message command, IrqInfo info) {
        reply.beginReply(command, SIZE);
        reply.set32(0, SIZE);
        reply.set32(4, info.flags());
        reply.set32(8, info.index());
        reply.set32(12, info.count());
    }

    /**
     * Reads a reply.
     *
     * @param most how many vectors are believed
     * @throws ProtocolException if it is malformed
     */
    public static IrqInfo readReply(Message reply, int index, int most) {
        reply.require(SIZE);
        int count = reply.u32(12);
        if (reply.u32(8) != index || count < 0 || count > most) {
            throw reply.invalid("irq index " + Integer.toUnsignedString(reply.u32(8)) + " with "
                    + Integer.toUnsignedString(count) + " vectors, not index " + index + " with at most " + most);
        }
        return new IrqInfo(index, reply.u32(4), count);
    }
}
