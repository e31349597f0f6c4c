// SPDX-License-Identifier: Apache-2.0
package io.jvfio.emulation.nvme;

import java.lang.foreign.MemorySegment;

/**
 * The memory of one transfer, piece by piece: what PRPs and SGLs come down to. Adjacent pieces are one.
 *
 * <p>Threads: one at a time. Allocates nothing after construction.
 */
final class SegmentList {
    /** More pieces than PRPs of the largest transfer can have, and enough for any sensible SGL. */
    static final int CAPACITY = 1024;

    private static final int NOWHERE = -1;

    private final long[] addresses = new long[CAPACITY];

    /** Bytes; negative for bytes that go nowhere. */
    private final long[] lengths = new long[CAPACITY];

    private int count;
    private long total;

    void clear() {
        count = 0;
        total = 0;
    }

    /** How many pieces there are. */
    int count() {
        return count;
    }

    /** How many bytes all pieces have together. */
    long total() {
        return total;
    }

    /**
     * Adds a piece of memory.
     *
     * @param length bytes, 1 to 2^32
     * @return whether there was room
     */
    boolean add(long address, long length) {
        total += length;
        if (count > 0
                && lengths[count - 1] > 0
                && address != 0
                && addresses[count - 1] + lengths[count - 1] == address) {
            lengths[count - 1] += length;
            return true;
        }
        return append(address, length);
    }

    /** Adds bytes that are transferred but go nowhere. */
    boolean skip(long length) {
        total += length;
        return append(0, NOWHERE * length);
    }

    private boolean append(long address, long length) {
        if (count == CAPACITY) {
            return false;
        }
        addresses[count] = address;
        lengths[count++] = length;
        return true;
    }

    /** Copies all pieces, one after the other, to a place with room for them. */
    boolean read(GuestMemory memory, MemorySegment target, long offset) {
        long at = offset;
        for (int i = 0; i < count; i++) {
            if (!memory.read(addresses[i], target, at, lengths[i])) {
                return false;
            }
            at += lengths[i];
        }
        return true;
    }

    /** Copies to all pieces, one after the other. */
    boolean write(GuestMemory memory, MemorySegment source, long offset) {
        long at = offset;
        for (int i = 0; i < count; i++) {
            if (lengths[i] > 0 && !memory.write(addresses[i], source, at, lengths[i])) {
                return false;
            }
            at += Math.abs(lengths[i]);
        }
        return true;
    }

    /**
     * Copies the first bytes to a place, and takes them off the list.
     *
     * @param length bytes, more than 0, not more than are there
     */
    boolean take(GuestMemory memory, MemorySegment target, int length) {
        int done = 0;
        int piece = 0;
        while (done < length) {
            long part = Math.min(lengths[piece], length - done);
            if (!memory.read(addresses[piece], target, done, part)) {
                return false;
            }
            done += (int) part;
            addresses[piece] += part;
            lengths[piece] -= part;
            if (lengths[piece] == 0) {
                piece++;
            }
        }
        drop(piece);
        total -= length;
        return true;
    }

    private void drop(int pieces) {
        System.arraycopy(addresses, pieces, addresses, 0, count - pieces);
        System.arraycopy(lengths, pieces, lengths, 0, count - pieces);
        count -= pieces;
    }
}
