// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vendor.mlx;

import io.jvfio.iommu.DmaBuffer;
import io.jvfio.mmio.BigWord64;
import io.jvfio.vendor.mlx.spec.CommandWords;
import io.jvfio.vendor.mlx.spec.CompletionEntry;
import io.jvfio.vendor.mlx.spec.CqContext;
import io.jvfio.vendor.mlx.spec.DoorbellRecord;
import io.jvfio.vendor.mlx.spec.Opcode;
import io.jvfio.vendor.mlx.spec.Uar;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * A completion queue: ring, record, and how far it has been read.
 *
 * <p>Threads: one at a time.
 */
final class CompletionQueue {
    private static final int PAGE = 4096;

    private final HcaCommands hca;
    private final EventQueue events;
    private final DmaBuffer memory;
    private final long record;
    private final int logSize;
    private final int number;
    private int index;
    private int sequence;
    private boolean told;

    /** Makes a queue of {@code 2^logSize} entries; the record is at an offset of the memory, the ring at its start. */
    CompletionQueue(HcaCommands hca, EventQueue events, DmaBuffer memory, long record, int logSize) {
        this.hca = hca;
        this.events = events;
        this.memory = memory;
        this.record = record;
        this.logSize = logSize;
        MemorySegment ring = memory.memory();
        for (int i = 0; i < 1 << logSize; i++) {
            CompletionEntry.LAST.set(ring, (long) CompletionEntry.SIZE * i, CompletionEntry.UNUSED);
        }
        DoorbellRecord.CONSUMED.set(ring, record, 0);
        DoorbellRecord.ARM.set(ring, record, DoorbellRecord.NOT_ARMED);
        try (Arena arena = Arena.ofConfined()) {
            int pages = Math.max(1, (CompletionEntry.SIZE << logSize) / PAGE);
            MemorySegment input = hca.start(arena, Opcode.CREATE_CQ, 0, CqContext.PAGES_AT + Long.BYTES * pages);
            CqContext.LOG_SIZE.set(input, CqContext.AT, logSize);
            CqContext.UAR.set(input, CqContext.AT, hca.uar());
            CqContext.EVENT_QUEUE.set(input, CqContext.AT, events.number());
            CqContext.RECORD.set(input, CqContext.AT, memory.deviceAddress(record));
            for (int i = 0; i < pages; i++) {
                BigWord64.at(CqContext.PAGES_AT)
                        .set(input, (long) Long.BYTES * i, memory.deviceAddress((long) PAGE * i));
            }
            number = CommandWords.NUMBER.of(hca.run(arena, input, CommandWords.SHORT));
        }
    }

    int number() {
        return number;
    }

    EventQueue events() {
        return events;
    }

    /** The event queue has told of completions. */
    void told() {
        told = true;
        sequence++;
    }

    boolean isTold() {
        return told;
    }

    /** Has the next completion tell the event queue. */
    void arm() {
        told = false;
        int word = DoorbellRecord.INDEX.set(
                DoorbellRecord.SEQUENCE.set(0, sequence & 3), index & (int) DoorbellRecord.INDEX.max());
        DoorbellRecord.ARM.set(memory.memory(), record, word);
        hca.doorbells().write(Uar.CQ_ARM, (long) word << Integer.SIZE | number);
    }

    /** The next completion, or null if there is none. */
    @Nullable MlxCompletion poll() {
        long at = (long) (index & (1 << logSize) - 1) * CompletionEntry.SIZE;
        MemorySegment ring = memory.memory();
        int last = CompletionEntry.acquire(ring, at);
        if (!CompletionEntry.isNew(last, index >>> logSize)) {
            return null;
        }
        int syndrome =
                CompletionEntry.OPCODE.of(last) == CompletionEntry.REQUEST ? 0 : CompletionEntry.SYNDROME.of(ring, at);
        MlxCompletion found = new MlxCompletion(
                CompletionEntry.QUEUE.of(ring, at),
                CompletionEntry.COUNTER.of(last),
                CompletionEntry.WORK_OPCODE.of(ring, at),
                syndrome);
        index++;
        DoorbellRecord.CONSUMED.publish(ring, record, index & (int) DoorbellRecord.INDEX.max());
        return found;
    }

    void destroy() {
        hca.destroy(Opcode.DESTROY_CQ, number);
    }
}
