// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vendor.mlx;

import io.jvfio.Closing;
import io.jvfio.iommu.DmaBuffer;
import io.jvfio.mmio.BigWord64;
import io.jvfio.ring.ProducerRing;
import io.jvfio.vendor.mlx.spec.CommandWords;
import io.jvfio.vendor.mlx.spec.DoorbellRecord;
import io.jvfio.vendor.mlx.spec.Opcode;
import io.jvfio.vendor.mlx.spec.SendWork;
import io.jvfio.vendor.mlx.spec.SqContext;
import io.jvfio.vendor.mlx.spec.Uar;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A send queue that sends no packets, with its completion queue: work can be posted, rung and completed, and nothing
 * leaves the card. The first piece of a data path.
 *
 * <p>Threads: thread-safe; one operation at a time.
 */
public final class NopQueue implements AutoCloseable {
    private static final int LARGEST = 12;
    private static final int PAGE = 4096;
    private static final int SEND_RECORD = 64;

    private final Hca owner;
    private final HcaCommands hca;
    private final DmaBuffer memory;
    private final int logSize;
    private final long ring;
    private final long record;
    private final int domain;
    private final CompletionQueue completions;
    private final int number;
    private final ProducerRing sends;
    private boolean destroyed;

    NopQueue(Hca owner, HcaCommands hca, EventQueue events, int logSize) {
        if (logSize < 0 || logSize > LARGEST) {
            throw new IllegalArgumentException("2^" + logSize + " entries are not in 1..4096");
        }
        this.owner = owner;
        this.hca = hca;
        this.logSize = logSize;
        this.sends = ProducerRing.of(1 << logSize, SendWork.BLOCK);
        this.ring = Math.max(PAGE, (long) SendWork.BLOCK << logSize);
        long records = 2 * ring;
        this.record = records + SEND_RECORD;
        this.memory = hca.access().dma().allocate(records + PAGE);
        int madeDomain = -1;
        CompletionQueue madeQueue = null;
        try {
            madeDomain = hca.create(Opcode.ALLOC_PD);
            madeQueue = new CompletionQueue(hca, events, memory, records, logSize);
            number = create(madeDomain, madeQueue);
            domain = madeDomain;
            completions = madeQueue;
        } catch (RuntimeException e) {
            throw undo(e, madeDomain, madeQueue);
        }
    }

    private RuntimeException undo(RuntimeException failure, int madeDomain, @Nullable CompletionQueue madeQueue) {
        Closing steps = new Closing();
        if (madeQueue != null) {
            steps.attempt(madeQueue::destroy);
        }
        if (madeDomain >= 0) {
            steps.attempt(() -> hca.destroy(Opcode.DEALLOC_PD, madeDomain));
        }
        try {
            steps.throwFirst();
        } catch (RuntimeException e) {
            failure.addSuppressed(e);
        }
        return failure.getSuppressed().length == 0 ? hca.notMade(failure, memory) : hca.notDestroyed(failure, memory);
    }

    private int create(int madeDomain, CompletionQueue queue) {
        try (Arena arena = Arena.ofConfined()) {
            int pages = (int) (ring / PAGE);
            MemorySegment input = hca.start(arena, Opcode.CREATE_SQ, 0, SqContext.PAGES_AT + Long.BYTES * pages);
            int at = SqContext.AT;
            SqContext.FLUSH_IN_ERROR.set(input, at, 1);
            SqContext.CQ.set(input, at, queue.number());
            SqContext.RING_TYPE.set(input, at, SqContext.CYCLIC);
            SqContext.PD.set(input, at, madeDomain);
            SqContext.UAR.set(input, at, hca.uar());
            SqContext.RECORD.set(input, at, memory.deviceAddress(record));
            SqContext.LOG_STRIDE.set(input, at, SendWork.LOG_BLOCK);
            SqContext.LOG_SIZE.set(input, at, logSize);
            for (int i = 0; i < pages; i++) {
                BigWord64.at(SqContext.PAGES_AT)
                        .set(input, (long) Long.BYTES * i, memory.deviceAddress(ring + (long) PAGE * i));
            }
            int made = CommandWords.NUMBER.of(hca.run(arena, input, CommandWords.SHORT));
            try {
                ready(arena, made);
            } catch (RuntimeException e) {
                throw Closing.after(e, () -> hca.destroy(Opcode.DESTROY_SQ, made));
            }
            return made;
        }
    }

    private void ready(Arena arena, int made) {
        MemorySegment input = hca.start(arena, Opcode.MODIFY_SQ, 0, SqContext.PAGES_AT);
        CommandWords.NUMBER.set(input, made);
        SqContext.MODIFY_FROM.set(input, SqContext.RESET);
        SqContext.STATE.set(input, SqContext.AT, SqContext.READY);
        hca.run(arena, input, CommandWords.SHORT);
    }

    CompletionQueue completions() {
        return completions;
    }

    /** The send queue's number. */
    public int number() {
        return number;
    }

    /**
     * Posts a NOP that is completed, and rings for it.
     *
     * @return its index, 16 bits
     * @throws IllegalStateException if the queue is full or closed
     */
    public synchronized int post() {
        requireOpen();
        if (sends.free() == 0) {
            throw new IllegalStateException("send queue " + number + " is full: take completions");
        }
        MemorySegment all = memory.memory();
        int index = sends.posted() & 0xffff;
        long at = ring + sends.next();
        all.asSlice(at, SendWork.BLOCK).fill((byte) 0);
        SendWork.INDEX.set(all, at, index);
        SendWork.OPCODE.set(all, at, SendWork.NOP);
        SendWork.QUEUE.set(all, at, number);
        SendWork.SEGMENTS.set(all, at, 1);
        SendWork.COMPLETION.set(all, at, SendWork.ALWAYS);
        sends.post();
        DoorbellRecord.POSTED.publish(all, record, sends.posted() & 0xffff);
        hca.doorbells().write(Uar.SEND, BigWord64.at(0).of(all, at));
        sends.told();
        return index;
    }

    /** The next completion, if there is one; never waits. */
    public synchronized Optional<MlxCompletion> poll() {
        requireOpen();
        MlxCompletion found = completions.poll();
        if (found != null && sends.busy() > 0) {
            sends.release();
        }
        return Optional.ofNullable(found);
    }

    /** Has the next completion interrupt; one that nobody has taken yet does so at once. */
    public synchronized void arm() {
        requireOpen();
        completions.arm();
    }

    /**
     * Waits for the interrupt of an armed queue, and takes the next completion.
     *
     * @param timeout how long at most
     * @return the completion, or nothing if the time is over
     */
    public synchronized Optional<MlxCompletion> await(Duration timeout) {
        requireOpen();
        long end = System.nanoTime() + timeout.toNanos();
        while (!completions.isTold()) {
            long left = end - System.nanoTime();
            if (left <= 0 || Thread.currentThread().isInterrupted()) {
                return Optional.empty();
            }
            owner.awaitCompletion(completions, Duration.ofNanos(left));
        }
        return poll();
    }

    private void requireOpen() {
        if (destroyed) {
            throw new IllegalStateException("send queue " + number + " is closed");
        }
        owner.requireOpen();
    }

    /** Destroys both queues; what is posted is not waited for. */
    @Override
    public synchronized void close() {
        synchronized (owner) {
            destroy();
        }
    }

    /** As {@link #close}, also while the owner is closed. */
    void destroy() {
        if (destroyed) {
            return;
        }
        destroyed = true;
        try {
            hca.destroy(Opcode.DESTROY_SQ, number);
            completions.destroy();
            hca.destroy(Opcode.DEALLOC_PD, domain);
        } catch (RuntimeException e) {
            throw hca.notDestroyed(e, memory);
        }
        memory.close();
        owner.forget(this);
    }
}
