// SPDX-License-Identifier: Apache-2.0
package io.jvfio.driver.nvme.queue;

import io.jvfio.driver.nvme.spec.CompletionEntry;
import java.lang.foreign.MemorySegment;

/**
 * The host's side of a completion queue. {@link #next} makes the oldest new entry the current one; the accessors are of it.
 *
 * <p>Threads: one at a time.
 */
public final class CompletionRing {
    private final MemorySegment memory;
    private final int entries;
    private final Doorbell doorbell;

    private int head;
    private int phase = 1;
    private int rung;
    private long current;
    private int dw3;

    /** An empty queue in zeroed memory. */
    public CompletionRing(MemorySegment memory, int entries, Doorbell doorbell) {
        this.memory = memory;
        this.entries = entries;
        this.doorbell = doorbell;
    }

    public int entries() {
        return entries;
    }

    /** Empties it: the controller does not write to it, and will be told of it anew. */
    public void clear() {
        memory.fill((byte) 0);
        head = 0;
        phase = 1;
        rung = 0;
        doorbell.clear();
    }

    /** Takes the next entry, if there is one. */
    public boolean next() {
        long base = (long) head * CompletionEntry.SIZE;
        int word = CompletionEntry.acquire(memory, base);
        if (CompletionEntry.DW3_PHASE.of(word) != phase) {
            return false;
        }
        current = base;
        dw3 = word;
        if (++head == entries) {
            head = 0;
            phase ^= 1;
        }
        return true;
    }

    public int cid() {
        return CompletionEntry.DW3_CID.of(dw3);
    }

    public int status() {
        return CompletionEntry.DW3_STATUS.of(dw3);
    }

    public int result() {
        return CompletionEntry.DW0.of(memory, current);
    }

    public int submissionHead() {
        return CompletionEntry.SQHD.of(memory, current);
    }

    public int submissionQueue() {
        return CompletionEntry.SQID.of(memory, current);
    }

    /** Gives the taken entries back to the controller. */
    public void ring() {
        if (head != rung) {
            rung = head;
            doorbell.ring(head);
        }
    }
}
