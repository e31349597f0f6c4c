// SPDX-License-Identifier: Apache-2.0
package io.jvfio.driver.nvme;

import io.jvfio.Closing;
import io.jvfio.driver.nvme.queue.CompletionRing;
import io.jvfio.driver.nvme.queue.Doorbell;
import io.jvfio.driver.nvme.queue.QueueMemory;
import io.jvfio.driver.nvme.queue.QueueShape;
import io.jvfio.driver.nvme.queue.SubmissionRing;
import io.jvfio.driver.nvme.spec.ControllerRegisters;
import io.jvfio.driver.nvme.spec.StatusCode;
import io.jvfio.driver.nvme.spec.SubmissionEntry;
import io.jvfio.mmio.Mmio;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The I/O queues of a controller: their numbers, their vectors and their memory.
 *
 * <p>Threads: guarded by the controller's lock.
 */
final class Queues implements AutoCloseable {
    /** How many numbers are tried for a queue. */
    private static final int MOST_TRIES = 4;

    private final ControllerCore core;
    private final BitSet vectors = new BitSet();

    /** By the queue's number. */
    private final Map<Integer, Parts> open = new HashMap<>();

    /** The controller's own memory, once it was asked for; guarded as all the rest. */
    private @Nullable ControllerMemory controllerMemory;

    private record Parts(QueueMemory memory, ControllerMemory.@Nullable Part inController) {}

    Queues(ControllerCore core) {
        this.core = core;
    }

    boolean isEmpty() {
        return open.isEmpty();
    }

    /** Makes a queue and has the controller know it; one that is not used makes way for it. */
    IoQueue open(QueueOptions options, NvmeController owner) {
        return core.locked(admin -> {
            BitSet refused = new BitSet();
            RuntimeException reason = null;
            int tries = MOST_TRIES;
            while (true) {
                int id = unused(refused);
                if (id <= core.queueLimit() && tries > 0) {
                    try {
                        return open(id, vector(options.mode()), options, owner, admin);
                    } catch (CommandFailedException e) {
                        if (e.is(StatusCode.INVALID_INTERRUPT_VECTOR) && options.mode() != CompletionMode.INTERRUPT) {
                            return open(id, -1, options, owner, admin);
                        }
                        // Another number may do, or there are fewer queues than the controller says.
                        refused.set(id);
                        reason = e;
                        tries--;
                        continue;
                    } catch (IllegalStateException e) {
                        reason = e;
                    }
                }
                if (!core.reclaimQueue()) {
                    throw reason == null ? none() : reason;
                }
                tries = Math.max(tries, 1);
            }
        });
    }

    private int unused(BitSet refused) {
        int id = 1;
        while (open.containsKey(id) || refused.get(id)) {
            id++;
        }
        return id;
    }

    private IllegalStateException none() {
        return new IllegalStateException(core.name() + " has " + core.queueLimit() + " I/O queues, and all are in use");
    }

    private IoQueue open(int id, int vector, QueueOptions options, NvmeController owner, AdminCommands admin) {
        int entries = Math.min(options.depth(), depthLimit()) + 1;
        int pageSize = core.capabilities().pageSize();
        int listPages = core.description().listPages(core.maxTransfer(), pageSize);
        QueueMemory memory = new QueueMemory(core.device().dma(), entries, listPages, pageSize);
        ControllerMemory.Part reserved = null;
        try {
            reserved = options.controllerMemory() ? reserve(entries) : null;
            Parts parts = new Parts(memory, reserved);
            QueueShape shape = shape(id, vector, entries, parts);
            IoQueue queue = new IoQueue(core, shape, terms(owner, options.mode()), core.epoch());
            shape.clear();
            admin.createQueues(shape);
            if (vector >= 0) {
                vectors.set(vector);
            }
            open.put(id, parts);
            return queue;
        } catch (RuntimeException e) {
            free(reserved);
            throw Closing.after(e, memory);
        }
    }

    /** How many commands a queue can have under way at most. */
    int depthLimit() {
        return Math.min(QueueOptions.MOST_COMMANDS, core.capabilities().maxEntries() - 1);
    }

    private QueueShape shape(int id, int vector, int entries, Parts parts) {
        int stride = core.capabilities().stride();
        Mmio registers = core.registers().mmio();
        Doorbell tail = new Doorbell(registers, ControllerRegisters.submissionDoorbell(id, stride), core.shadow());
        Doorbell head = new Doorbell(registers, ControllerRegisters.completionDoorbell(id, stride), core.shadow());
        QueueMemory memory = parts.memory();
        ControllerMemory.Part there = parts.inController();
        return new QueueShape(
                id,
                vector,
                new SubmissionRing(memory.submissions(), there == null ? null : there.memory(), entries, tail),
                new CompletionRing(memory.completions(), head),
                memory.lists(),
                there == null ? memory.submissionAddress() : there.address(),
                memory.completionAddress());
    }

    private QueueTerms terms(NvmeController owner, CompletionMode mode) {
        NvmeOptions options = core.options();
        return new QueueTerms(
                owner,
                mode,
                core.maxTransfer(),
                options.commandTimeout().toNanos(),
                Retries.of(options, core.capabilities(), core.info().retryDelays()),
                core.description());
    }

    /** A free vector, or -1 for a queue that can do without. */
    private int vector(CompletionMode mode) {
        if (mode == CompletionMode.POLLED) {
            return -1;
        }
        int vector = vectors.nextClearBit(1);
        if (vector < core.vectors()) {
            return vector;
        }
        if (mode == CompletionMode.INTERRUPT) {
            throw new IllegalStateException("of the " + core.vectors() + " interrupt vectors of " + core.name()
                    + " none is left for a queue; the first is for admin commands");
        }
        return -1;
    }

    private ControllerMemory.Part reserve(int entries) {
        ControllerMemory memory = controllerMemory;
        if (memory == null) {
            memory = ControllerMemory.of(core.device(), core.registers().mmio(), core.capabilities());
            controllerMemory = memory;
        }
        return memory.reserve((long) entries * SubmissionEntry.SIZE);
    }

    private void free(ControllerMemory.@Nullable Part part) {
        ControllerMemory memory = controllerMemory;
        if (part != null && memory != null) {
            memory.free(part);
        }
    }

    /** The controller was reset: its memory is not switched on any more. */
    void reset() {
        ControllerMemory memory = controllerMemory;
        if (memory != null) {
            memory.enable();
        }
    }

    /**
     * Ends a queue. If the controller cannot be told, it is reset before the memory is freed.
     *
     * @param known the epoch in which the controller knew it last
     */
    void end(QueueShape queue, int known) {
        core.lock().lock();
        try {
            Parts parts = open.remove(queue.id());
            if (parts == null) {
                return;
            }
            QueueMemory memory = parts.memory();
            try (memory) {
                if (core.isReady() && known == core.epoch()) {
                    forget(queue);
                }
            } finally {
                free(parts.inController());
                if (queue.vector() >= 0) {
                    vectors.clear(queue.vector());
                }
            }
        } finally {
            core.lock().unlock();
        }
    }

    private void forget(QueueShape queue) {
        try {
            core.forget(queue);
        } catch (NvmeException | AdminQueue.NotTakenException e) {
            // The device could go on writing into memory that is freed now.
            core.reset();
        }
    }

    /** The controller is stopped; frees the memory of what is open. */
    @Override
    public void close() {
        core.lock().lock();
        try {
            Closing closing = new Closing();
            open.values().forEach(parts -> closing.attempt(parts.memory()::close));
            open.clear();
            closing.throwFirst();
        } finally {
            core.lock().unlock();
        }
    }
}
