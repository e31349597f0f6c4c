// SPDX-License-Identifier: Apache-2.0
package io.jvfio.models.mlx5;

import io.jvfio.vendor.mlx.spec.CompletionEntry;
import io.jvfio.vendor.mlx.spec.CqContext;
import io.jvfio.vendor.mlx.spec.DoorbellRecord;
import java.lang.foreign.MemorySegment;

/**
 * A completion queue. One arming gives one event, at once if there are completions that the driver had not seen.
 *
 * <p>Threads: {@link #arm} from any thread, the rest one at a time.
 */
final class CompletionQueue extends Numbered {
    private static final int MASK = 0xff_ffff;

    private final EventQueue events;
    private final UarPage uar;
    private final Ring ring;
    private final long record;
    private final boolean collapsed;
    private final boolean ignoreOverrun;
    private int producer;
    private int status;
    private boolean armed;

    /** Guarded by this, as the next. */
    private boolean armAsked;

    private int armWord;

    /** What CREATE_CQ says of it. */
    record Shape(EventQueue events, UarPage uar, Ring ring, long record, boolean collapsed, boolean ignoreOverrun) {}

    CompletionQueue(int number, Shape shape) {
        super(number);
        this.events = shape.events;
        this.uar = shape.uar;
        this.ring = shape.ring;
        this.record = shape.record;
        this.collapsed = shape.collapsed;
        this.ignoreOverrun = shape.ignoreOverrun;
    }

    EventQueue events() {
        return events;
    }

    UarPage uar() {
        return uar;
    }

    synchronized void arm(int word) {
        armAsked = true;
        armWord = word;
    }

    /** Arms the queue if that was asked for; whether to tell at once. */
    boolean settle() {
        int behind;
        synchronized (this) {
            if (!armAsked) {
                return false;
            }
            armAsked = false;
            behind = producer - DoorbellRecord.INDEX.of(armWord) & MASK;
        }
        armed = behind == 0;
        return behind != 0;
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
    Outcome post(HostMemory memory, MemorySegment entry) {
        if (status != 0) {
            return Outcome.DEAD;
        }
        if (!ignoreOverrun) {
            long consumed = memory.read32(record);
            if (consumed < 0) {
                status = CqContext.WRITE_FAILED;
                return Outcome.FAILED;
            }
            if ((producer - (int) consumed & MASK) >= ring.size()) {
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
        producer = producer + 1 & MASK;
        boolean tell = armed;
        armed = false;
        return tell ? Outcome.EVENT : Outcome.QUIET;
    }

    /** Answers QUERY_CQ. */
    void tell(Call call, HostMemory memory) {
        MemorySegment out = call.output();
        CqContext.STATUS.set(out, CqContext.AT, status);
        CqContext.STATE.set(out, CqContext.AT, armed ? 9 : 0xa);
        CqContext.LOG_SIZE.set(out, CqContext.AT, ring.logSize());
        CqContext.UAR.set(out, CqContext.AT, uar.number());
        CqContext.EVENT_QUEUE.set(out, CqContext.AT, events.number());
        CqContext.CONSUMER.set(out, CqContext.AT, (int) Math.max(0, memory.read32(record)) & MASK);
        CqContext.PRODUCER.set(out, CqContext.AT, producer);
        CqContext.RECORD.set(out, CqContext.AT, record);
        ring.tell(out, CqContext.PAGES_AT);
        call.uses(CqContext.PAGES_AT + Long.BYTES * ring.pageCount());
    }
}
