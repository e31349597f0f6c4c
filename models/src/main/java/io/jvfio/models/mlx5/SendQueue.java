// SPDX-License-Identifier: Apache-2.0
package io.jvfio.models.mlx5;

import io.jvfio.vendor.mlx.spec.CompletionEntry;
import io.jvfio.vendor.mlx.spec.DoorbellRecord;
import io.jvfio.vendor.mlx.spec.SendWork;
import io.jvfio.vendor.mlx.spec.SqContext;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * A send queue that sends no packets: what it can do is nothing, and say so. The doorbell wakes it; how far it may go
 * is in the record.
 *
 * <p>Threads: {@link #ring} from any thread, the rest one at a time.
 */
final class SendQueue extends Numbered {
    private static final int MASK = 0xffff;
    private static final int SEGMENTS_OF_BLOCK = 4;

    private final CompletionQueue completions;
    private final Numbered domain;
    private final UarPage uar;
    private final Ring ring;
    private final long record;
    private final boolean flushes;
    private final int userIndex;
    private int state = SqContext.RESET;
    private int done;
    private volatile boolean rung;

    /** What CREATE_SQ says of it. */
    record Shape(
            CompletionQueue completions,
            Numbered domain,
            UarPage uar,
            Ring ring,
            long record,
            boolean flushes,
            int userIndex,
            List<Numbered> uses) {}

    SendQueue(int number, Shape shape) {
        super(number, shape.uses);
        this.completions = shape.completions;
        this.domain = shape.domain;
        this.uar = shape.uar;
        this.ring = shape.ring;
        this.record = shape.record;
        this.flushes = shape.flushes;
        this.userIndex = shape.userIndex;
    }

    CompletionQueue completions() {
        return completions;
    }

    Numbered domain() {
        return domain;
    }

    UarPage uar() {
        return uar;
    }

    int state() {
        return state;
    }

    /** Goes to another state; in reset it starts from the beginning. */
    void state(int next) {
        if (next == SqContext.RESET) {
            done = 0;
            rung = false;
        } else if (next == SqContext.ERROR && state != next) {
            rung = true;
        }
        state = next;
    }

    void ring() {
        rung = true;
    }

    /** Whether there may be work to look for. */
    boolean isRung() {
        return rung && state != SqContext.RESET;
    }

    /**
     * Does the next work.
     *
     * @param memory where it is
     * @param work room for a WQEBB
     * @param entry filled with a completion, if there is one
     * @param now the time that it is completed at
     * @return what came of it
     */
    Outcome step(HostMemory memory, MemorySegment work, MemorySegment entry, long now) {
        rung = false;
        if (state == SqContext.RESET) {
            return Outcome.IDLE;
        }
        long posted = memory.read32(record + DoorbellRecord.POSTED.offset());
        int ahead = (int) posted - done & MASK;
        if (posted < 0 || ahead == 0) {
            return Outcome.IDLE;
        }
        rung = true;
        int first = done;
        boolean readable = memory.read(ring.address(first), work);
        int segments = SendWork.SEGMENTS.of(work);
        int blocks = Math.max(1, (segments + SEGMENTS_OF_BLOCK - 1) / SEGMENTS_OF_BLOCK);
        boolean failed = state == SqContext.ERROR;
        boolean good = readable
                && ahead <= ring.size()
                && segments > 0
                && blocks <= ahead
                && SendWork.QUEUE.of(work) == number()
                && SendWork.OPCODE.of(work) == SendWork.NOP;
        done = first + (good ? blocks : 1) & MASK;
        if (failed) {
            fill(entry, work, first, CompletionEntry.REQUEST_ERROR, CompletionEntry.FLUSHED);
            return flushes ? Outcome.COMPLETION : Outcome.SILENT;
        }
        if (!good) {
            state = SqContext.ERROR;
            fill(entry, work, first, CompletionEntry.REQUEST_ERROR, CompletionEntry.LOCAL_OPERATION);
            if (ahead > ring.size()) {
                done = (int) posted & MASK; // what lies there is not what was posted
            }
            return Outcome.COMPLETION;
        }
        fill(entry, work, first, CompletionEntry.REQUEST, 0);
        CompletionEntry.TIMESTAMP.set(entry, now);
        return SendWork.COMPLETION.of(work) >= SendWork.ALWAYS ? Outcome.COMPLETION : Outcome.SILENT;
    }

    /** What came of a step. */
    enum Outcome {
        /** There was nothing to do. */
        IDLE,
        /** Something was done of which nothing is told. */
        SILENT,
        /** There is a completion. */
        COMPLETION
    }

    private void fill(MemorySegment entry, MemorySegment work, int index, int opcode, int syndrome) {
        entry.fill((byte) 0);
        CompletionEntry.USER_INDEX.set(entry, userIndex);
        if (syndrome != 0) {
            CompletionEntry.SYNDROME.set(entry, syndrome);
        }
        CompletionEntry.WORK_OPCODE.set(entry, SendWork.OPCODE.of(work));
        CompletionEntry.QUEUE.set(entry, number());
        int last = CompletionEntry.COUNTER.set(0, index);
        CompletionEntry.LAST.set(entry, CompletionEntry.OPCODE.set(last, opcode));
    }

    /** Answers QUERY_SQ. */
    void tell(Call call) {
        MemorySegment out = call.output();
        SqContext.STATE.set(out, SqContext.AT, state);
        SqContext.FLUSH_IN_ERROR.set(out, SqContext.AT, flushes ? 1 : 0);
        SqContext.USER_INDEX.set(out, SqContext.AT, userIndex);
        SqContext.CQ.set(out, SqContext.AT, completions.number());
        SqContext.RING_TYPE.set(out, SqContext.AT, SqContext.CYCLIC);
        SqContext.PD.set(out, SqContext.AT, domain.number());
        SqContext.UAR.set(out, SqContext.AT, uar.number());
        SqContext.RECORD.set(out, SqContext.AT, record);
        SqContext.HARDWARE_COUNTER.set(out, SqContext.AT, done);
        SqContext.LOG_STRIDE.set(out, SqContext.AT, SendWork.LOG_BLOCK);
        SqContext.LOG_SIZE.set(out, SqContext.AT, ring.logSize());
        call.uses(SqContext.AT + SqContext.SIZE);
    }
}
