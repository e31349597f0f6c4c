// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vfiouser.protocol;

/**
 * The payload of {@code REGION_WRITE_MULTI}: many register writes, to be done in order. Read and written in place.
 *
 * <p>Threads: pure functions of the message.
 */
public final class WriteMulti {
    /** The size of an entry in bytes. */
    public static final int ENTRY = 24;

    private static final int COUNT = 8;
    private static final int DATA = 16;

    private WriteMulti() {}

    /**
     * Checks the request as a whole; each entry is still to be checked as a write of its own.
     *
     * @return how many entries there are
     * @throws ProtocolException with EINVAL if there are others than it says
     */
    public static int check(Message request) {
        request.require(COUNT);
        long entries = request.u64(0);
        if (entries < 0
                || entries != (request.payloadSize() - COUNT) / ENTRY
                || (request.payloadSize() - COUNT) % ENTRY != 0) {
            throw request.invalid(Long.toUnsignedString(entries) + " entries in " + request.payloadSize() + " bytes");
        }
        return (int) entries;
    }

    /** How many whole entries there are in a request that nobody has checked. */
    public static int entries(Message request) {
        return Math.max(0, request.payloadSize() - COUNT) / ENTRY;
    }

    /** Bytes from the region's start; may be anything. */
    public static long offset(Message request, int entry) {
        return request.u64(at(entry));
    }

    /** The region's index; may be anything. */
    public static int region(Message request, int entry) {
        return request.u32(at(entry) + 8L);
    }

    /** How many bytes; may be anything, and what is not 1 to 8 must be refused. */
    public static int count(Message request, int entry) {
        return request.u32(at(entry) + 12L);
    }

    /** Where the data of an entry is in the payload: 8 bytes, of which the first are used. */
    public static int dataAt(int entry) {
        return at(entry) + DATA;
    }

    /** The data of an entry as a little-endian register of 1, 2, 4 or 8 bytes, zero-extended. */
    public static long register(Message request, int entry, int width) {
        return RegionAccess.register(request, dataAt(entry), width);
    }

    /** Starts a request; the caller fills the entries. */
    public static void begin(Message request, int id, int entries) {
        request.beginCommand(id, Command.REGION_WRITE_MULTI, COUNT + entries * ENTRY);
        request.set64(0, entries);
    }

    /** Sets an entry to a register write. */
    public static void set(Message request, int entry, int region, long offset, int width, long value) {
        request.set64(at(entry), offset);
        request.set32(at(entry) + 8L, region);
        request.set32(at(entry) + 12L, width);
        for (int i = 0; i < width; i++) {
            request.set8(dataAt(entry) + (long) i, (int) (value >>> 8 * i));
        }
    }

    /** Makes the reply: how many entries were done. */
    public static void writeReply(Message reply, Message command, int done) {
        reply.beginReply(command, COUNT);
        reply.set64(0, done);
    }

    private static int at(int entry) {
        return COUNT + entry * ENTRY;
    }
}
