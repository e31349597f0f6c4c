// SPDX-License-Identifier: Apache-2.0
package io.jvfio.driver.nvme.queue;

import io.jvfio.driver.nvme.spec.CompletionEntry;
import io.jvfio.ring.ConsumerRing;
import java.lang.foreign.MemorySegment;

/**
 * The host's side of a completion queue. {@link #next} makes the oldest new entry the current one; the accessors are of it.
 *
 * <p>Threads: one at a time.
 */
public final class CompletionRing {
    private final MemorySegment memory;
    private final ConsumerRing ring;
    private final Doorbell doorbell;

    /** An empty queue in zeroed memory. */
    public CompletionRing(MemorySegment memory, Doorbell doorbell) {
        this.memory = memory;
        this.ring = ConsumerRing.of(memory, CompletionEntry.SIZE, CompletionEntry.DW3, CompletionEntry.DW3_PHASE, 1);
        this.doorbell = doorbell;
    }

    public int entries() {
        return ring.slots();
    }

    /** Empties it: the controller does not write to it, and will be told of it anew. */
    public void clear() {
        memory.fill((byte) 0);
        ring.clear();
        doorbell.clear();
    }

    /** Takes the next entry, if there is one. */
    public boolean next() {
        return ring.next();
    }

    /** How many entries are known to be new; 0 only if there is none. */
    public int ready() {
        return ring.ready();
    }

    /** Takes the next entry, which is known to be new. */
    public void take() {
        ring.take();
    }

    public int cid() {
        return CompletionEntry.DW3_CID.of(ring.word());
    }

    public int status() {
        return CompletionEntry.DW3_STATUS.of(ring.word());
    }

    public int result() {
        return CompletionEntry.DW0.of(memory, ring.slot());
    }

    public int submissionHead() {
        return CompletionEntry.SQHD.of(memory, ring.slot());
    }

    public int submissionQueue() {
        return CompletionEntry.SQID.of(memory, ring.slot());
    }

    /** How many entries were taken since the controller was told of that. */
    int untold() {
        return ring.untold();
    }

    /** Gives the taken entries back to the controller. */
    public void ring() {
        if (untold() > 0) {
            ring.told();
            doorbell.ring(ring.head());
        }
    }
}
