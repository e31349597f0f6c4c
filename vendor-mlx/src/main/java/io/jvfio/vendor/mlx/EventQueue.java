// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vendor.mlx;

import io.jvfio.iommu.DmaBuffer;
import io.jvfio.mmio.BigWord64;
import io.jvfio.ring.ConsumerRing;
import io.jvfio.vendor.mlx.spec.CommandWords;
import io.jvfio.vendor.mlx.spec.EqContext;
import io.jvfio.vendor.mlx.spec.EventEntry;
import io.jvfio.vendor.mlx.spec.EventType;
import io.jvfio.vendor.mlx.spec.Opcode;
import io.jvfio.vendor.mlx.spec.Uar;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.function.Consumer;

/**
 * An event queue: memory, a number, and how far it has been read.
 *
 * <p>Threads: one at a time.
 */
final class EventQueue implements AutoCloseable {
    private static final int LOG_SIZE = 8;
    private static final int SIZE = 1 << LOG_SIZE;
    private static final int PAGE = 4096;
    private static final int BYTES = SIZE * EventEntry.SIZE;

    /** How many are read before the function is told: half of what may come meanwhile. */
    private static final int OFTEN = 64;

    private final HcaCommands hca;
    private final int vector;
    private final DmaBuffer memory;
    private final ConsumerRing ring;
    private int number;

    EventQueue(HcaCommands hca, int vector, long mask) {
        this.hca = hca;
        this.vector = vector;
        this.memory = hca.access().dma().allocate(BYTES);
        for (int i = 0; i < SIZE; i++) {
            EventEntry.LAST.set(memory.memory(), (long) EventEntry.SIZE * i, 1);
        }
        this.ring = ConsumerRing.of(memory.memory(), EventEntry.SIZE, EventEntry.LAST, EventEntry.OWNER, 0);
        try (Arena arena = Arena.ofConfined()) {
            int pages = BYTES / PAGE;
            MemorySegment input = hca.start(arena, Opcode.CREATE_EQ, 0, EqContext.PAGES_AT + Long.BYTES * pages);
            EqContext.LOG_SIZE.set(input, EqContext.AT, LOG_SIZE);
            EqContext.UAR.set(input, EqContext.AT, hca.uar());
            EqContext.VECTOR.set(input, EqContext.AT, vector);
            EqContext.EVENT_MASK.set(input, mask);
            for (int i = 0; i < pages; i++) {
                BigWord64.at(EqContext.PAGES_AT)
                        .set(input, (long) Long.BYTES * i, memory.deviceAddress((long) PAGE * i));
            }
            number = CommandWords.EQ_NUMBER.of(hca.run(arena, input, CommandWords.SHORT));
            arm();
        } catch (RuntimeException e) {
            throw hca.notMade(e, memory);
        }
    }

    int number() {
        return number;
    }

    int vector() {
        return vector;
    }

    private void arm() {
        hca.doorbells().write(Uar.EQ_ARM, word());
        ring.told();
    }

    private int word() {
        return Uar.EQ_INDEX.set(Uar.EQ_NUMBER.set(0, number), ring.taken() & (int) Uar.EQ_INDEX.max());
    }

    /** Reads what is there, then has the next event interrupt; whether there was any. */
    boolean drain(Consumer<MlxEvent> consumer) {
        int first = ring.taken();
        while (ring.next()) {
            MlxEvent event = read(ring.slot());
            if (ring.untold() == OFTEN) {
                hca.doorbells().write(Uar.EQ_UPDATE, word());
                ring.told();
            }
            consumer.accept(event);
        }
        arm();
        return ring.taken() != first;
    }

    private MlxEvent read(long at) {
        MemorySegment events = memory.memory();
        int type = EventEntry.TYPE.of(events, at);
        int about = switch (type) {
            case EventType.COMPLETION -> EventEntry.COMPLETION_CQ.of(events, at);
            case EventType.COMMAND -> EventEntry.COMMAND_SLOTS.of(events, at);
            case EventType.PAGE_REQUEST -> EventEntry.PAGE_COUNT.of(events, at);
            case EventType.PORT_CHANGE -> EventEntry.PORT.of(events, at);
            case EventType.CQ_ERROR -> EventEntry.ERROR_CQ.of(events, at);
            default -> 0;
        };
        int subtype = type == EventType.PAGE_REQUEST
                ? EventEntry.PAGE_FUNCTION.of(events, at)
                : EventEntry.SUBTYPE.of(events, at);
        return new MlxEvent(type, subtype, about);
    }

    /** Destroys the queue; its memory is freed when the function has given it up. */
    @Override
    public void close() {
        try {
            hca.destroy(Opcode.DESTROY_EQ, number);
        } catch (RuntimeException e) {
            throw hca.notDestroyed(e, memory);
        }
        memory.close();
    }
}
