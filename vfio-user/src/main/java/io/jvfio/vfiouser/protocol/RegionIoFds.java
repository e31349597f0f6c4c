// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vfiouser.protocol;

import io.jvfio.Hex;
import java.util.ArrayList;
import java.util.List;

/**
 * The payload of a reply to {@code DEVICE_GET_REGION_IO_FDS}: parts of a region that are written by signalling an
 * eventfd. Two layouts of an entry exist, of 40 bytes and of libvfio-user's 48; both are read, the longer is written
 * only where an entry needs it.
 *
 * <p>Threads: immutable.
 *
 * @param index the region's index
 * @param count how many parts there are, which is more than the entries if those had no room
 * @param entries the parts
 */
public record RegionIoFds(int index, int count, List<Entry> entries) {
    /** The size without entries in bytes. */
    public static final int SIZE = 16;

    /** An entry of type ioeventfd. */
    public static final int IOEVENTFD = 0;

    /** An entry of type ioregionfd. */
    public static final int IOREGIONFD = 1;

    /** An entry of type ioeventfd whose value is stored in memory before. */
    public static final int SHADOW_IOEVENTFD = 2;

    private static final int SHORT_ENTRY = 40;
    private static final int LONG_ENTRY = 48;

    /** No more entries than this are believed. */
    private static final int MOST_ENTRIES = 1024;

    /** The argsz of who takes any reply that is believed, in bytes. */
    public static final int MOST_BYTES = SIZE + MOST_ENTRIES * LONG_ENTRY;

    /**
     * One part of a region.
     *
     * @param offset bytes from the region's start
     * @param size bytes, 0 for any width
     * @param fdIndex which of the descriptors that came along, -1 for none
     * @param type {@link #IOEVENTFD} or another
     * @param flags KVM's: 1 for a match of the data
     * @param shadowFdIndex the descriptor of the shadow memory
     * @param shadowOffset where in it, in bytes
     * @param match the data to match, or the user data of an ioregionfd
     */
    public record Entry(
            long offset,
            long size,
            int fdIndex,
            int type,
            int flags,
            int shadowFdIndex,
            long shadowOffset,
            long match) {}

    /** Copies the list. */
    public RegionIoFds {
        entries = List.copyOf(entries);
    }

    /** Makes a request. */
    public static void writeRequest(Message request, int id, int index, int argsz) {
        request.beginCommand(id, Command.DEVICE_GET_REGION_IO_FDS, SIZE);
        request.set32(0, argsz);
        request.set32(8, index);
    }

    /**
     * Checks a request.
     *
     * @return argsz in bytes
     * @throws ProtocolException with EINVAL if it is malformed
     */
    public static int readRequest(Message request) {
        request.require(SIZE);
        int argsz = request.u32(0);
        if (argsz < SIZE || argsz > 1 << 20 || request.u32(4) != 0 || request.u32(12) != 0) {
            throw request.invalid("argsz " + Integer.toUnsignedString(argsz) + ", flags " + Hex.of(request.u32(4))
                    + ", count " + Integer.toUnsignedString(request.u32(12)));
        }
        return argsz;
    }

    /** The index that a request asks for; may be anything. */
    public static int requestedIndex(Message request) {
        return request.u32(8);
    }

    /** The index that a request asks for, -1 if it is too short to ask for any; for who does not answer it. */
    public static int requestedIndexOrNone(Message request) {
        return request.payloadSize() < SIZE ? -1 : requestedIndex(request);
    }

    /**
     * Makes the reply: all entries if they fit, else none.
     *
     * @param argsz what the request said
     * @return whether the entries fitted; only then may the descriptors go along
     */
    public boolean writeReply(Message reply, Message command, int argsz) {
        boolean shadows = entries.stream().anyMatch(entry -> entry.type() == SHADOW_IOEVENTFD);
        int stride = shadows ? LONG_ENTRY : SHORT_ENTRY;
        int full = SIZE + entries.size() * stride;
        boolean fits = full <= argsz;
        reply.beginReply(command, fits ? full : SIZE);
        reply.set32(0, full);
        reply.set32(8, index);
        reply.set32(12, entries.size());
        for (int i = 0; fits && i < entries.size(); i++) {
            write(reply, SIZE + i * stride, entries.get(i), shadows);
        }
        return fits;
    }

    private static void write(Message reply, int at, Entry entry, boolean shadows) {
        reply.set64(at, entry.offset());
        reply.set64(at + 8L, entry.size());
        reply.set32(at + 16L, entry.fdIndex());
        reply.set32(at + 20L, entry.type());
        reply.set32(at + 24L, entry.flags());
        if (shadows) {
            reply.set32(at + 28L, entry.shadowFdIndex());
            reply.set64(at + 32L, entry.shadowOffset());
            reply.set64(at + 40L, entry.match());
        } else {
            reply.set64(at + 32L, entry.match());
        }
    }

    /**
     * Reads a reply; the layout of the entries shows in their distance.
     *
     * @throws ProtocolException if it is malformed
     */
    public static RegionIoFds readReply(Message reply, int index) {
        reply.require(SIZE);
        int count = reply.u32(12);
        if (reply.u32(8) != index || count < 0 || count > MOST_ENTRIES) {
            throw reply.invalid("region " + Integer.toUnsignedString(reply.u32(8)) + " with "
                    + Integer.toUnsignedString(count) + " parts, not region " + index);
        }
        List<Entry> entries = new ArrayList<>();
        int bytes = reply.payloadSize() - SIZE;
        if (count > 0 && bytes > 0) {
            int stride = bytes / count;
            if (stride != SHORT_ENTRY && stride != LONG_ENTRY) {
                throw reply.invalid(count + " parts in " + bytes + " bytes");
            }
            for (int i = 0; i < count; i++) {
                entries.add(read(reply, SIZE + i * stride, stride == LONG_ENTRY));
            }
        }
        return new RegionIoFds(index, count, entries);
    }

    private static Entry read(Message reply, int at, boolean shadows) {
        return new Entry(
                reply.u64(at),
                reply.u64(at + 8L),
                reply.u32(at + 16L),
                reply.u32(at + 20L),
                reply.u32(at + 24L),
                shadows ? reply.u32(at + 28L) : -1,
                shadows ? reply.u64(at + 32L) : 0,
                reply.u64(at + (shadows ? 40L : 32L)));
    }
}
