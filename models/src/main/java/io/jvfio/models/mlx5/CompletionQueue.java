// SPDX-License-Identifier: Apache-2.0
package io.jvfio.models.mlx5;

import io.jvfio.vendor.mlx.spec.CompletionEntry;
import io.jvfio.vendor.mlx.spec.CqContext;
import io.jvfio.vendor.mlx.spec.DoorbellRecord;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * A completion queue. One arming gives one event, at once if there are completions that the driver had not seen.
 *
 * <p>Threads: {@link #arm} from any thread, the rest one at a time.
 */
final class CompletionQueue extends Numbered {
    private EventQueue events;
    private final UarPage uar;
    private final Ring ring;
    private final long record;
    private final boolean collapsed;
    private final Arming arming = new Arming();
    private boolean ignoreOverrun;
    private int producer;
    private int status;
    private int told;
    private long periodNanos;
    private int mostHeld;
    private int held;
    private long heldSince;

    /** What CREATE_CQ says of it. */
    record Shape(EventQueue events, UarPage uar, Ring ring, long record, boolean collapsed, List<Numbered> uses) {}

    CompletionQueue(int number, Shape shape) {
        super(number, shape.uses);
        this.events = shape.events;
        this.uar = shape.uar;
        this.ring = shape.ring;
        this.record = shape.record;
        this.collapsed = shape.collapsed;
    }

    EventQueue events() {
        return events;
    }

    /** Another event queue is told from now on. */
    void events(EventQueue other) {
        exchange(events, other);
        events = other;
    }

    /** Takes what is selected of a context in an input. */
    void modify(MemorySegment input, int select) {
        if ((select & CqContext.SELECT_IGNORE_OVERRUN) != 0) {
            ignoreOverrun = CqContext.IGNORE_OVERRUN.isSet(input, CqContext.AT);
        }
        if ((select & CqContext.SELECT_PERIOD) != 0) {
            periodNanos = CqContext.PERIOD.of(input, CqContext.AT) * 1000L;
        }
        if ((select & CqContext.SELECT_MOST_HELD) != 0) {
            mostHeld = CqContext.MOST_HELD.of(input, CqContext.AT);
        }
    }

    UarPage uar() {
        return uar;
    }

    void arm(int word) {
        arming.tell(DoorbellRecord.INDEX.of(word), true);
    }

    /** Arms the queue if that was asked for; whether to tell now, also of what has been held back long enough. */
    boolean settle(long now) {
        return count(arming.settle(producer) || isRipe(now) && arming.fire());
    }

    /** When completions have been held back long enough; {@link Long#MAX_VALUE} for never. */
    long due() {
        return held > 0 && periodNanos > 0 && arming.isArmed() ? heldSince + periodNanos : Long.MAX_VALUE;
    }

    /** Whether there are completions that need not be held back any longer. */
    private boolean isRipe(long now) {
        boolean enough = mostHeld > 0 && held >= mostHeld;
        boolean late = periodNanos > 0 && now - heldSince >= periodNanos;
        return held > 0 && (enough || late || mostHeld == 0 && periodNanos == 0);
    }

    /**
     * Looks at the record as the firmware does on its own account: an arming of the current turn counts there too.
     * Drivers that leave a queue unarmed must not leave a word there that looks like one.
     */
    void recover(HostMemory memory) {
        long word = memory.read32(record + DoorbellRecord.ARM.offset());
        if (word >= 0 && DoorbellRecord.SEQUENCE.of((int) word) == (told & 3)) {
            arming.recover();
        }
    }

    /** Counts the events of this queue, by which armings are numbered. */
    private boolean count(boolean event) {
        told += event ? 1 : 0;
        held = event ? 0 : held;
        return event;
    }

    /** How a completion went. */
    enum Outcome {
        /** Written. */
        QUIET,
        /** Written; tell the event queue. */
        EVENT,
        /** There is no room. */
        OVERRUN,
        /** The memory cannot be reached. */
        FAILED,
        /** The queue had failed before. */
        DEAD
    }

    /** Writes a completion, of which the owner bit is set here. */
    Outcome post(HostMemory memory, MemorySegment entry, long now) {
        if (status != 0) {
            return Outcome.DEAD;
        }
        if (!ignoreOverrun) {
            long consumed = memory.read32(record);
            if (consumed < 0) {
                status = CqContext.WRITE_FAILED;
                return Outcome.FAILED;
            }
            if ((producer - (int) consumed & Arming.MASK) >= ring.size()) {
                status = CqContext.OVERFLOW;
                return Outcome.OVERRUN;
            }
        }
        long address = ring.address(collapsed ? 0 : producer);
        int last = CompletionEntry.OWNER.set(CompletionEntry.LAST.of(entry), ring.owner(producer));
        int before = CompletionEntry.LAST.offset();
        if (!memory.write(address, entry.asSlice(0, before)) || !memory.write32(address + before, last)) {
            status = CqContext.WRITE_FAILED;
            return Outcome.FAILED;
        }
        producer = producer + 1 & Arming.MASK;
        if (held == 0) {
            heldSince = now;
        }
        held += arming.isArmed() ? 1 : 0;
        return count(isRipe(now) && arming.fire()) ? Outcome.EVENT : Outcome.QUIET;
    }

    /** Answers QUERY_CQ. */
    void tell(Call call, HostMemory memory) {
        MemorySegment out = call.output();
        CqContext.STATUS.set(out, CqContext.AT, status);
        CqContext.STATE.set(out, CqContext.AT, arming.isArmed() ? CqContext.ARMED : CqContext.FIRED);
        CqContext.IGNORE_OVERRUN.set(out, CqContext.AT, ignoreOverrun ? 1 : 0);
        CqContext.PERIOD.set(out, CqContext.AT, (int) (periodNanos / 1000));
        CqContext.MOST_HELD.set(out, CqContext.AT, mostHeld);
        CqContext.LOG_SIZE.set(out, CqContext.AT, ring.logSize());
        CqContext.UAR.set(out, CqContext.AT, uar.number());
        CqContext.EVENT_QUEUE.set(out, CqContext.AT, events.number());
        CqContext.CONSUMER.set(out, CqContext.AT, (int) Math.max(0, memory.read32(record)) & Arming.MASK);
        CqContext.PRODUCER.set(out, CqContext.AT, producer);
        CqContext.RECORD.set(out, CqContext.AT, record);
        ring.tell(out, CqContext.PAGES_AT);
        call.uses(CqContext.PAGES_AT + Long.BYTES * ring.pageCount());
    }
}
