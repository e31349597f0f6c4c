// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vendor.mlx;

import io.jvfio.iommu.DmaBuffer;
import io.jvfio.mmio.BigWord64;
import io.jvfio.ring.ConsumerRing;
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
    private final MemorySegment entries;
    private final ConsumerRing ring;
    private final int number;
    private int sequence;
    private boolean told;

    /** Makes a queue of {@code 2^logSize} entries; the record is at an offset of the memory, the ring at its start. */
    CompletionQueue(HcaCommands hca, EventQueue events, DmaBuffer memory, long record, int logSize) {
        this.hca = hca;
        this.events = events;
        this.memory = memory;
        this.record = record;
        MemorySegment all = memory.memory();
        this.entries = all.asSlice(0, (long) CompletionEntry.SIZE << logSize);
        for (int i = 0; i < 1 << logSize; i++) {
            CompletionEntry.LAST.set(entries, (long) CompletionEntry.SIZE * i, CompletionEntry.UNUSED);
        }
        this.ring = ConsumerRing.of(entries, CompletionEntry.SIZE, CompletionEntry.LAST, CompletionEntry.OWNER, 0);
        DoorbellRecord.CONSUMED.set(all, record, 0);
        DoorbellRecord.ARM.set(all, record, DoorbellRecord.NOT_ARMED);
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
        int word = DoorbellRecord.INDEX.set(DoorbellRecord.SEQUENCE.set(0, sequence & 3), consumed());
        DoorbellRecord.ARM.set(memory.memory(), record, word);
        hca.doorbells().write(Uar.CQ_ARM, (long) word << Integer.SIZE | number);
    }

    /** The next completion, or null if there is none. */
    @Nullable MlxCompletion poll() {
        if (!ring.next()) {
            return null;
        }
        long at = ring.slot();
        int last = ring.word();
        int syndrome = CompletionEntry.OPCODE.of(last) == CompletionEntry.REQUEST
                ? 0
                : CompletionEntry.SYNDROME.of(entries, at);
        MlxCompletion found = new MlxCompletion(
                CompletionEntry.QUEUE.of(entries, at),
                CompletionEntry.COUNTER.of(last),
                CompletionEntry.WORK_OPCODE.of(entries, at),
                syndrome);
        DoorbellRecord.CONSUMED.publish(memory.memory(), record, consumed());
        ring.told();
        return found;
    }

    /** How many completions have been taken, as the device counts. */
    private int consumed() {
        return ring.taken() & (int) DoorbellRecord.INDEX.max();
    }

    void destroy() {
        hca.destroy(Opcode.DESTROY_CQ, number);
    }
}
