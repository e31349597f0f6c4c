// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vfiouser.protocol;

import io.jvfio.Hex;
import io.jvfio.device.InfoCapability;
import java.util.List;

/**
 * The payload of a reply to {@code DEVICE_GET_REGION_INFO}, as {@code struct vfio_region_info}.
 *
 * <p>Threads: immutable.
 *
 * @param flags {@link #READ} and the other bits
 * @param index the region's index
 * @param size bytes; 0 if the region does not exist
 * @param offset where the region starts in the file that comes along, in bytes
 * @param capabilities the chain, or as much of it as came
 */
public record RegionInfoPayload(int flags, int index, long size, long offset, List<InfoCapability> capabilities) {
    /** The size without capabilities in bytes. */
    public static final int SIZE = 32;

    /** Reads are allowed. */
    public static final int READ = 1;

    /** Writes are allowed. */
    public static final int WRITE = 2;

    /** The region can be mapped, all of it or its sparse areas. */
    public static final int MMAP = 4;

    /** There is a chain. */
    public static final int CAPS = 8;

    /** Copies the list. */
    public RegionInfoPayload {
        capabilities = List.copyOf(capabilities);
    }

    /**
     * Makes a request.
     *
     * @param argsz the largest payload of the reply in bytes
     */
    public static void writeRequest(Message request, int id, int index, int argsz) {
        request.beginCommand(id, Command.DEVICE_GET_REGION_INFO, SIZE);
        request.set32(0, argsz);
        request.set32(8, index);
    }

    /**
     * Checks a request, which may be longer than it need be.
     *
     * @return argsz, at most the limit of the message
     * @throws ProtocolException with EINVAL if it is malformed
     */
    public static int readRequest(Message request) {
        return DeviceInfoPayload.checkedArgsz(request, SIZE);
    }

    /** The index that a request asks for; may be anything. */
    public static int requestedIndex(Message request) {
        return request.u32(8);
    }

    /** How many bytes all of it needs. */
    public int byteSize() {
        return SIZE + InfoChain.byteSize(capabilities);
    }

    /**
     * Makes the reply: all of it if that fits, else without the chain and with the size that it needs.
     *
     * @param argsz what the request said
     * @return whether all of it fitted; only then may a descriptor go along
     */
    public boolean writeReply(Message reply, Message command, int argsz) {
        int full = byteSize();
        boolean fits = full <= argsz;
        boolean chained = fits && !capabilities.isEmpty();
        reply.beginReply(command, fits ? full : SIZE);
        reply.set32(0, full);
        reply.set32(4, chained ? flags | CAPS : flags & ~CAPS);
        reply.set32(8, index);
        reply.set64(16, size);
        reply.set64(24, offset);
        if (chained) {
            reply.set32(12, SIZE);
            InfoChain.write(reply, SIZE, capabilities);
        }
        return fits;
    }

    /**
     * Reads a reply. The chain is followed only as far as it came.
     *
     * @throws ProtocolException if it is malformed
     */
    public static RegionInfoPayload readReply(Message reply, int index) {
        reply.require(SIZE);
        int flags = reply.u32(4);
        long size = reply.u64(16);
        long offset = reply.u64(24);
        if (reply.u32(8) != index || size < 0 || offset < 0 || offset + size < 0) {
            throw reply.invalid("region " + Integer.toUnsignedString(reply.u32(8)) + " of size " + Hex.of(size)
                    + " at file offset " + Hex.of(offset) + ", not region " + index);
        }
        List<InfoCapability> chain = (flags & CAPS) == 0 ? List.of() : InfoChain.read(reply, reply.u32(12), SIZE);
        return new RegionInfoPayload(flags, index, size, offset, chain);
    }

    /** The argsz of a reply: what the full payload would need, in bytes. */
    public static long needed(Message reply) {
        return Integer.toUnsignedLong(reply.u32(0));
    }
}
