// SPDX-License-Identifier: Apache-2.0
package io.jvfio.models.mlx5;

import io.jvfio.vendor.mlx.spec.EventEntry;
import io.jvfio.vendor.mlx.spec.EventType;
import io.jvfio.vendor.mlx.spec.HealthSyndrome;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Puts events into the queues that want them.
 *
 * <p>Threads: one at a time.
 */
final class Events {
    private final Resources all;
    private final HostMemory memory;
    private final Registers registers;
    private final IntConsumer interrupt;
    private final MemorySegment event;
    private int written;

    Events(Resources all, HostMemory memory, Registers registers, IntConsumer interrupt, Arena arena) {
        this.all = all;
        this.memory = memory;
        this.registers = registers;
        this.interrupt = interrupt;
        this.event = arena.allocate(EventEntry.SIZE, Long.BYTES);
    }

    int written() {
        return written;
    }

    /** The queue that is told of finished commands, or null. */
    @Nullable EventQueue ofCommands() {
        EventQueue[] found = new EventQueue[1];
        all.eventQueues.forEach(queue -> {
            if (found[0] == null && queue.wants(EventType.COMMAND)) {
                found[0] = queue;
            }
        });
        return found[0];
    }

    void commandDone(EventQueue queue, int slot) {
        start(EventType.COMMAND);
        EventEntry.COMMAND_SLOTS.set(event, 1 << slot);
        post(queue, event);
    }

    void completion(CompletionQueue queue) {
        start(EventType.COMPLETION);
        EventEntry.COMPLETION_CQ.set(event, queue.number());
        post(queue.events(), event);
    }

    void completionError(CompletionQueue queue, int syndrome) {
        start(EventType.CQ_ERROR);
        EventEntry.ERROR_CQ.set(event, queue.number());
        EventEntry.ERROR_SYNDROME.set(event, syndrome);
        toAll(EventType.CQ_ERROR);
    }

    void pageRequest(int count) {
        start(EventType.PAGE_REQUEST);
        EventEntry.PAGE_COUNT.set(event, count);
        toAll(EventType.PAGE_REQUEST);
    }

    void port(int subtype) {
        start(EventType.PORT_CHANGE);
        EventEntry.SUBTYPE.set(event, subtype);
        EventEntry.PORT.set(event, 1);
        toAll(EventType.PORT_CHANGE);
    }

    private void start(int type) {
        event.fill((byte) 0);
        EventEntry.TYPE.set(event, type);
    }

    private void toAll(int type) {
        all.eventQueues.forEach(queue -> {
            if (queue.wants(type)) {
                post(queue, event);
            }
        });
    }

    void post(EventQueue queue, MemorySegment entry) {
        switch (queue.post(memory, entry)) {
            case QUIET -> written++;
            case INTERRUPT -> {
                written++;
                interrupt.accept(queue.vector());
            }
            case OVERRUN -> registers.unhealthy(HealthSyndrome.EVENT_OVERRUN, false);
            case FAILED -> registers.unhealthy(HealthSyndrome.EVENT_QUEUE, false);
        }
    }

    /** Arms the queues for which that was asked. */
    void settle() {
        all.eventQueues.forEach(queue -> {
            if (queue.settle()) {
                interrupt.accept(queue.vector());
            }
        });
    }
}
