// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vfiouser.protocol;

import io.jvfio.Hex;

/**
 * The payload of {@code DMA_UNMAP}, in a request and in the reply, which echoes it.
 *
 * <p>Threads: immutable.
 *
 * @param argsz in a request the largest payload of the reply, in bytes
 * @param flags {@link #GET_DIRTY_BITMAP} or {@link #ALL}
 * @param address the first IOVA, 0 with {@link #ALL}
 * @param size bytes, 0 with {@link #ALL}
 * @param pageSize with {@link #GET_DIRTY_BITMAP}: how many bytes a bit stands for
 * @param bitmapSize with {@link #GET_DIRTY_BITMAP}: the bitmap in bytes
 */
public record DmaUnmap(int argsz, int flags, long address, long size, long pageSize, long bitmapSize) {
    /** The size without a bitmap in bytes. */
    public static final int SIZE = 24;

    /** The size with the header of a bitmap in bytes; in a reply the bitmap follows. */
    public static final int SIZE_WITH_BITMAP = 40;

    /** The reply is to have the dirty pages of the range. */
    public static final int GET_DIRTY_BITMAP = 1;

    /** Everything is to be unmapped. */
    public static final int ALL = 2;

    /** A request for one range. */
    public static DmaUnmap of(long address, long size) {
        return new DmaUnmap(SIZE, 0, address, size, 0, 0);
    }

    /** A request for all there is. */
    public static DmaUnmap all() {
        return new DmaUnmap(SIZE, ALL, 0, 0, 0, 0);
    }

    /**
     * Reads a request. Descriptors that came along belong to nothing: some clients send one.
     *
     * @throws ProtocolException with EINVAL if it is malformed
     */
    public static DmaUnmap read(Message request) {
        request.require(SIZE);
        int argsz = request.u32(0);
        int flags = request.u32(4);
        boolean bitmap = flags == GET_DIRTY_BITMAP;
        if (flags != 0 && flags != ALL && !bitmap) {
            throw request.invalid("flags " + Hex.of(flags));
        }
        int needed = bitmap ? SIZE_WITH_BITMAP : SIZE;
        request.require(needed);
        if (argsz < needed) {
            throw request.invalid("argsz " + Integer.toUnsignedString(argsz));
        }
        long address = request.u64(8);
        long size = request.u64(16);
        boolean none = address == 0 && size == 0;
        if (flags == ALL ? !none : size <= 0 || Long.compareUnsigned(address, -size) > 0) {
            throw request.invalid("address " + Hex.of(address) + ", size " + Hex.of(size));
        }
        DmaUnmap unmap =
                new DmaUnmap(argsz, flags, address, size, bitmap ? request.u64(24) : 0, bitmap ? request.u64(32) : 0);
        if (bitmap && unmap.bitmapSize != unmap.neededBitmap(request)) {
            throw request.invalid(
                    "a bitmap of " + Hex.of(unmap.bitmapSize) + " bytes for pages of " + Hex.of(unmap.pageSize));
        }
        return unmap;
    }

    /** The bitmap's size that goes with size and page size, in bytes. */
    private long neededBitmap(Message request) {
        if (Long.bitCount(pageSize) != 1 || pageSize < 0 || argsz - SIZE_WITH_BITMAP > request.limit()) {
            throw request.invalid("pages of " + Hex.of(pageSize) + ", argsz " + argsz);
        }
        long pages = (size - 1) / pageSize + 1;
        long bytes = (pages - 1) / Long.SIZE * Long.BYTES + Long.BYTES;
        if (bytes > argsz - SIZE_WITH_BITMAP) {
            throw request.invalid("argsz " + argsz + " for a bitmap of " + bytes + " bytes");
        }
        return bytes;
    }

    /** Makes this the payload of a request. */
    public void write(Message request, int id) {
        boolean bitmap = (flags & GET_DIRTY_BITMAP) != 0;
        request.beginCommand(id, Command.DMA_UNMAP, bitmap ? SIZE_WITH_BITMAP : SIZE);
        fill(request, bitmap);
    }

    /**
     * Makes this the payload of the reply; the caller fills the bitmap, if one was asked for, from byte 40 on.
     *
     * @param command the request
     */
    public void writeReply(Message reply, Message command) {
        boolean bitmap = (flags & GET_DIRTY_BITMAP) != 0;
        reply.beginReply(command, bitmap ? Math.toIntExact(SIZE_WITH_BITMAP + bitmapSize) : SIZE);
        fill(reply, bitmap);
    }

    private void fill(Message message, boolean bitmap) {
        message.set32(0, argsz);
        message.set32(4, flags);
        message.set64(8, address);
        message.set64(16, size);
        if (bitmap) {
            message.set64(24, pageSize);
            message.set64(32, bitmapSize);
        }
    }

    /**
     * Checks that a reply is about this request.
     *
     * @throws ProtocolException if it is about another range
     */
    public void checkReply(Message reply) {
        // An empty reply says that it is done, and no more.
        if (reply.payloadSize() == 0) {
            return;
        }
        reply.require(SIZE);
        if (reply.u64(8) != address || (flags & ALL) == 0 && reply.u64(16) != size) {
            throw reply.invalid("the server unmapped " + Hex.of(reply.u64(16)) + " bytes at " + Hex.of(reply.u64(8)));
        }
    }
}
