// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vfiouser.protocol;

import io.jvfio.Hex;
import io.jvfio.iommu.Access;

/**
 * The payload of {@code DMA_MAP}. The reply has none.
 *
 * <p>Threads: immutable.
 *
 * @param flags {@link #READABLE} and the other bits
 * @param offset in the file of the descriptor that comes along, in bytes; 0 without one
 * @param address the first IOVA
 * @param size bytes, more than 0; the range does not pass 2^64
 */
public record DmaMapRequest(int flags, long offset, long address, long size) {
    /** The size in bytes. */
    public static final int SIZE = 32;

    /** The device may read. */
    public static final int READABLE = 1;

    /** The device may write. */
    public static final int WRITABLE = 2;

    /** The file may be mapped; without this and the next bit it may too. A proposal, which libvfio-user has. */
    public static final int BY_MMAP = 4;

    /** The file may be accessed by {@code pread} and {@code pwrite}. */
    public static final int BY_FILE_IO = 8;

    private static final int ALL_FLAGS = READABLE | WRITABLE | BY_MMAP | BY_FILE_IO;

    /** A map of what the device may do. */
    public static DmaMapRequest of(Access access, long offset, long address, long size) {
        int flags = (access.readable() ? READABLE : 0) | (access.writable() ? WRITABLE : 0);
        return new DmaMapRequest(flags, offset, address, size);
    }

    /**
     * Reads a request.
     *
     * @throws ProtocolException with EINVAL if it is malformed, the range is empty or passes 2^64, no right is given, or
     *     ways of access are named for a file that did not come
     */
    public static DmaMapRequest read(Message request) {
        request.require(SIZE);
        DmaMapRequest map = new DmaMapRequest(request.u32(4), request.u64(8), request.u64(16), request.u64(24));
        if (Integer.compareUnsigned(request.u32(0), SIZE) < 0 || (map.flags & ~ALL_FLAGS) != 0) {
            throw request.invalid("argsz " + request.u32(0) + ", flags " + Hex.of(map.flags));
        }
        if (map.size <= 0 || Long.compareUnsigned(map.address, -map.size) > 0 || map.offset < 0) {
            throw request.invalid("address " + Hex.of(map.address) + ", size " + Hex.of(map.size) + ", file offset "
                    + Hex.of(map.offset));
        }
        if ((map.flags & (READABLE | WRITABLE)) == 0) {
            throw request.invalid("memory that the device may neither read nor write");
        }
        boolean file = request.fdCount() > 0;
        if (request.fdCount() > 1 || !file && (map.flags & (BY_MMAP | BY_FILE_IO)) != 0) {
            throw request.invalid(request.fdCount() + " descriptors, flags " + Hex.of(map.flags));
        }
        return map;
    }

    /** Makes this the payload of a request. */
    public void write(Message request, int id) {
        request.beginCommand(id, Command.DMA_MAP, SIZE);
        request.set32(0, SIZE);
        request.set32(4, flags);
        request.set64(8, offset);
        request.set64(16, address);
        request.set64(24, size);
    }

    /** What the device may do. */
    public Access access() {
        boolean readable = (flags & READABLE) != 0;
        return (flags & WRITABLE) == 0 ? Access.READ : readable ? Access.READ_WRITE : Access.WRITE;
    }

    /** Whether the file of the request may be mapped. */
    public boolean mappable() {
        return (flags & (BY_MMAP | BY_FILE_IO)) == 0 || (flags & BY_MMAP) != 0;
    }
}
