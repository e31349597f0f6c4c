// SPDX-License-Identifier: Apache-2.0
package io.jvfio.emulation.nvme;

import io.jvfio.driver.nvme.spec.SubmissionEntry;
import java.util.BitSet;

/**
 * A submission queue: where it is and how far the controller is in it.
 *
 * <p>Threads: one at a time.
 */
final class SubmissionQueue {
    private final int id;
    private final long base;
    private final int size;
    private final CompletionQueue completions;
    private int head;
    private int tail;

    /** The entries of commands that were aborted before they were fetched. */
    private final BitSet aborted = new BitSet();

    /**
     * An empty queue.
     *
     * @param base its address
     * @param size entries, 2 or more
     */
    SubmissionQueue(int id, long base, int size, CompletionQueue completions) {
        this.id = id;
        this.base = base;
        this.size = size;
        this.completions = completions;
    }

    int id() {
        return id;
    }

    CompletionQueue completions() {
        return completions;
    }

    int head() {
        return head;
    }

    int tail() {
        return tail;
    }

    /**
     * Takes the driver's word on how many commands there are.
     *
     * @return whether that can be true
     */
    boolean submit(int newTail) {
        if (Integer.compareUnsigned(newTail, size) >= 0) {
            return false;
        }
        tail = newTail;
        return true;
    }

    /** How many commands wait. */
    int waiting() {
        return (tail - head + size) % size;
    }

    /** How many commands wait that lie next to each other in memory. */
    int contiguous() {
        return Math.min(waiting(), size - head);
    }

    /** The address of the next command. */
    long nextAddress() {
        return address(head);
    }

    /** The address of the command that has so many before it. */
    long addressOf(int ahead) {
        return address((head + ahead) % size);
    }

    private long address(int slot) {
        return base + (long) slot * SubmissionEntry.SIZE;
    }

    /** Goes on to the next command. Returns whether the one that was fetched had been aborted. */
    boolean fetched() {
        boolean wasAborted = aborted.get(head);
        if (wasAborted) {
            aborted.clear(head);
        }
        head = head + 1 == size ? 0 : head + 1;
        return wasAborted;
    }

    /**
     * Aborts a command that waits.
     *
     * @param ahead how many are before it
     * @return whether it was not yet aborted
     */
    boolean abort(int ahead) {
        int slot = (head + ahead) % size;
        boolean first = !aborted.get(slot);
        aborted.set(slot);
        return first;
    }
}
