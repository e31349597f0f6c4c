// SPDX-License-Identifier: Apache-2.0
package io.jvfio.emulation.nvme;

import io.jvfio.driver.nvme.spec.CompletionEntry;

/**
 * A completion queue: completions are collected here, and written to the driver's memory together.
 *
 * <p>Threads: one at a time. Allocates nothing after construction.
 */
final class CompletionQueue {
    /** How many completions are collected at most. */
    static final int BATCH = 64;

    private final int id;
    private final long base;
    private final int size;
    private final int vector;
    private final boolean interrupts;

    /** How many submission queues complete here. */
    private int users;

    private int head;

    /** Where the next completion goes, those collected counted. */
    private int tail;

    private int phase = 1;
    private final long[] words = new long[2 * BATCH];
    private int collected;

    /**
     * An empty queue.
     *
     * @param base its address, a multiple of 16
     * @param size entries, 2 or more
     * @param vector the interrupt vector, or -1 for none
     */
    CompletionQueue(int id, long base, int size, int vector) {
        this.id = id;
        this.base = base;
        this.size = size;
        this.vector = vector;
        this.interrupts = vector >= 0;
    }

    int id() {
        return id;
    }

    int vector() {
        return vector;
    }

    /** Whether a driver wants to be interrupted. */
    boolean interrupts() {
        return interrupts;
    }

    int users() {
        return users;
    }

    void addUser() {
        users++;
    }

    void removeUser() {
        users--;
    }

    /** The last head that the driver told. */
    int head() {
        return head;
    }

    /** How many completions can be posted. */
    int room() {
        return size - 1 - outstanding();
    }

    /** How many completions the driver has not taken. */
    private int outstanding() {
        return (tail - head + size) % size;
    }

    /**
     * Takes the driver's word on how far it is.
     *
     * @return whether that can be true
     */
    boolean consume(int newHead) {
        if (Integer.compareUnsigned(newHead, size) >= 0 || (newHead - head + size) % size > outstanding()) {
            return false;
        }
        head = newHead;
        return true;
    }

    /** Whether {@link #post} needs a {@link #flush} first. */
    boolean isBatchFull() {
        return collected == BATCH;
    }

    /**
     * Collects a completion; there must be {@link #room}.
     *
     * @param queue the submission queue, for its number and how far it is
     * @param status 15 bits
     */
    void post(SubmissionQueue queue, int cid, int status, int result) {
        long position = Integer.toUnsignedLong(queue.head() | queue.id() << 16);
        long last = Integer.toUnsignedLong(CompletionEntry.dw3(cid, status, phase));
        words[2 * collected] = Integer.toUnsignedLong(result);
        words[2 * collected + 1] = position | last << Integer.SIZE;
        collected++;
        tail++;
        if (tail == size) {
            tail = 0;
            phase ^= 1;
        }
    }

    /**
     * Writes what was collected.
     *
     * @return how many completions, or -1 if the memory could not be written
     */
    int flush(GuestMemory memory) {
        int count = collected;
        if (count == 0) {
            return 0;
        }
        collected = 0;
        int first = (tail - count + size) % size;
        int behind = Math.min(count, size - first);
        boolean written = memory.writeEntries(base + (long) first * CompletionEntry.SIZE, words, behind);
        if (written && behind < count) {
            System.arraycopy(words, 2 * behind, words, 0, 2 * (count - behind));
            written = memory.writeEntries(base, words, count - behind);
        }
        return written ? count : -1;
    }
}
