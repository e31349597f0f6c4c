// SPDX-License-Identifier: Apache-2.0
package io.jvfio.driver.nvme.queue;

import io.jvfio.driver.nvme.data.CommandFields;
import io.jvfio.driver.nvme.spec.SubmissionEntry;
import io.jvfio.mmio.Mmio;
import io.jvfio.ring.ProducerRing;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * The host's side of a submission queue. Whoever uses it has fewer commands under way than it has entries.
 *
 * <p>Threads: one at a time.
 */
public final class SubmissionRing {
    private final MemorySegment memory;
    private final @Nullable Mmio controllerMemory;
    private final ProducerRing ring;
    private final Doorbell doorbell;

    /**
     * An empty queue.
     *
     * @param memory the entries
     * @param controllerMemory the entries that the controller sees, if they are in its memory
     * @param entries 2 or more
     */
    public SubmissionRing(MemorySegment memory, @Nullable Mmio controllerMemory, int entries, Doorbell doorbell) {
        this.memory = memory;
        this.controllerMemory = controllerMemory;
        this.ring = ProducerRing.withGap(entries, SubmissionEntry.SIZE);
        this.doorbell = doorbell;
    }

    public int entries() {
        return ring.slots();
    }

    /** Empties it: the controller has been told of it anew. */
    public void clear() {
        ring.clear();
        doorbell.clear();
    }

    public void put(CommandFields command) {
        long base = ring.next();
        command.writeTo(memory, base);
        Mmio there = controllerMemory;
        if (there != null) {
            there.write64s(base, memory, base, SubmissionEntry.SIZE / Long.BYTES);
        }
        ring.post();
    }

    /** One of the commands is complete, so that another one can be put. */
    public void completed() {
        ring.release();
    }

    /** Tells the controller of all that was put, if it does not know. */
    public void ring() {
        if (ring.untold() > 0) {
            ring.told();
            doorbell.ring(ring.tail());
        }
    }

    /** Tells it again what it should know, in case it has missed it. */
    public void ringAgain() {
        ring.told();
        doorbell.ringAgain(ring.tail());
    }

    /** Whether the controller can stand at this entry. */
    public boolean has(int position) {
        return position < ring.slots();
    }
}
