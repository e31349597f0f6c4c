// SPDX-License-Identifier: Apache-2.0
package io.jvfio.models.mlx5;

import io.jvfio.vendor.mlx.spec.CommandWords;
import io.jvfio.vendor.mlx.spec.EqContext;
import io.jvfio.vendor.mlx.spec.EventEntry;
import java.lang.foreign.MemorySegment;

/**
 * An event queue. It is told by doorbells how far the driver has come; an event interrupts if the queue is armed, once.
 *
 * <p>Threads: {@link #doorbell} from any thread, the rest one at a time.
 */
final class EventQueue extends Numbered {
    private final UarPage uar;
    private final Ring ring;
    private final int vector;
    private final long events;
    private final Arming arming = new Arming();
    private int producer;

    EventQueue(int number, UarPage uar, Ring ring, int vector, long events) {
        super(number, uar);
        this.uar = uar;
        this.ring = ring;
        this.vector = vector;
        this.events = events;
    }

    UarPage uar() {
        return uar;
    }

    int vector() {
        return vector;
    }

    boolean wants(int type) {
        return (events >>> type & 1) != 0;
    }

    void doorbell(int index, boolean arm) {
        arming.tell(index, arm);
    }

    /** Arms the queue if that was asked for; whether to interrupt at once. */
    boolean settle() {
        return arming.settle(producer);
    }

    /** How an event went. */
    enum Outcome {
        /** Written. */
        QUIET,
        /** Written; interrupt. */
        INTERRUPT,
        /** There is no room. */
        OVERRUN,
        /** The memory cannot be written. */
        FAILED
    }

    /** Writes an event, of which the owner bit is set here. */
    Outcome post(HostMemory memory, MemorySegment event) {
        if ((producer - arming.seen() & Arming.MASK) >= ring.size()) {
            return Outcome.OVERRUN;
        }
        long address = ring.address(producer);
        int last = EventEntry.OWNER.set(EventEntry.LAST.of(event), ring.owner(producer));
        int before = EventEntry.LAST.offset();
        if (!memory.write(address, event.asSlice(0, before)) || !memory.write32(address + before, last)) {
            return Outcome.FAILED;
        }
        producer = producer + 1 & Arming.MASK;
        return arming.fire() ? Outcome.INTERRUPT : Outcome.QUIET;
    }

    /** Answers QUERY_EQ. */
    void tell(Call call) {
        MemorySegment out = call.output();
        EqContext.STATE.set(out, EqContext.AT, arming.isArmed() ? EqContext.ARMED : EqContext.FIRED);
        EqContext.LOG_SIZE.set(out, EqContext.AT, ring.logSize());
        EqContext.UAR.set(out, EqContext.AT, uar.number());
        EqContext.VECTOR.set(out, EqContext.AT, vector);
        EqContext.CONSUMER.set(out, EqContext.AT, arming.seen());
        EqContext.PRODUCER.set(out, EqContext.AT, producer);
        EqContext.EVENT_MASK.set(out, events);
        ring.tell(out, EqContext.PAGES_AT);
        call.uses(EqContext.PAGES_AT + Long.BYTES * ring.pageCount());
        CommandWords.STATUS.set(out, 0);
    }
}
