// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vfiouser.server;

import io.jvfio.Durations;
import io.jvfio.Errno;
import io.jvfio.Hex;
import io.jvfio.VfioException;
import io.jvfio.iommu.IovaRange;
import io.jvfio.vfiouser.protocol.Command;
import io.jvfio.vfiouser.protocol.DmaAccess;
import io.jvfio.vfiouser.protocol.Message;
import io.jvfio.vfiouser.protocol.MessageChannel;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Memory of the client that is reached by messages: {@code DMA_READ} and {@code DMA_WRITE}. The thread that moves bytes
 * sends and waits; the thread that reads the socket brings the answers by {@link #deliver}.
 *
 * <p>A thread that answers the client's commands must not wait here: some clients answer nothing before they have their
 * own answer. Such a thread is refused at once.
 *
 * <p>Threads: thread-safe.
 */
final class DmaMessages implements AutoCloseable {

    /**
     * One message under way. Guarded by the lock; the local memory is touched by the thread that waits alone, since it may
     * be that thread's own.
     */
    private static final class Transfer {
        private final Command command;
        private final long address;
        private final MemorySegment local;
        private byte @Nullable [] data;
        private boolean done;
        private @Nullable VfioException failure;

        private Transfer(Command command, long address, MemorySegment local) {
            this.command = command;
            this.address = address;
            this.local = local;
        }

        private boolean touches(IovaRange range) {
            return IovaRange.of(address, local.byteSize()).overlaps(range);
        }
    }

    private final Outgoing outgoing;
    private final int chunk;
    private final Duration patience;
    private final Predicate<Thread> answers;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Map<Integer, Transfer> underWay = new HashMap<>();

    /** The message that is sent next, and its id. Guarded by {@link #building}. */
    private final Message request;

    private final ReentrantLock building = new ReentrantLock();
    private int lastId;

    private @Nullable String ended;

    /**
     * No message yet.
     *
     * @param most the largest count that the client takes, in bytes
     * @param patience how long the client may take for an answer
     * @param answers whether a thread answers the client's commands
     */
    DmaMessages(Outgoing outgoing, long most, Duration patience, Predicate<Thread> answers) {
        this.outgoing = outgoing;
        this.chunk = (int) Math.min(most, MessageChannel.MOST_DATA);
        this.patience = patience;
        this.answers = answers;
        this.request = new Message(DmaAccess.SIZE + chunk);
    }

    /** Reads memory of the client. Blocks until it has answered. */
    void read(long address, MemorySegment target) {
        move(Command.DMA_READ, address, target);
    }

    /** Writes memory of the client. Blocks until it has answered. */
    void write(long address, MemorySegment source) {
        move(Command.DMA_WRITE, address, source);
    }

    private void move(Command command, long address, MemorySegment local) {
        if (answers.test(Thread.currentThread())) {
            throw new VfioException(
                    command.call(),
                    Errno.EDEADLK,
                    where(address, local.byteSize()),
                    "the thread that answers the client cannot wait for it: move bytes on the device's own thread");
        }
        for (long done = 0; done < local.byteSize(); ) {
            long size = Math.min(chunk, local.byteSize() - done);
            moveChunk(new Transfer(command, address + done, local.asSlice(done, size)));
            done += size;
        }
    }

    private void moveChunk(Transfer transfer) {
        int id = begin(transfer);
        try {
            send(id, transfer);
            await(transfer);
        } finally {
            lock.lock();
            try {
                underWay.remove(id, transfer);
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        }
        if (transfer.failure != null) {
            throw transfer.failure;
        }
        if (transfer.data != null) {
            MemorySegment.copy(transfer.data, 0, transfer.local, ValueLayout.JAVA_BYTE, 0, transfer.data.length);
        }
    }

    private int begin(Transfer transfer) {
        lock.lock();
        try {
            if (ended != null) {
                throw failure(transfer, Errno.ENOTCONN, ended);
            }
            do {
                lastId = lastId + 1 & 0xffff;
            } while (underWay.containsKey(lastId));
            underWay.put(lastId, transfer);
            return lastId;
        } finally {
            lock.unlock();
        }
    }

    private void send(int id, Transfer transfer) {
        int size = (int) transfer.local.byteSize();
        building.lock();
        try {
            if (transfer.command == Command.DMA_READ) {
                DmaAccess.beginRead(request, id, transfer.address, size);
            } else {
                DmaAccess.beginWrite(request, id, transfer.address, size);
                MemorySegment.copy(transfer.local, 0, request.payload(DmaAccess.SIZE, size), 0, size);
            }
            outgoing.send(request, List.of());
        } finally {
            building.unlock();
        }
    }

    private void await(Transfer transfer) {
        long left = patience.toNanos();
        boolean interrupted = false;
        lock.lock();
        try {
            while (!transfer.done && left > 0) {
                try {
                    left = changed.awaitNanos(left);
                } catch (InterruptedException e) {
                    interrupted = true; // a transfer is bounded, and is done or not; the interruption is kept
                }
            }
            if (!transfer.done) {
                end(
                        transfer,
                        failure(transfer, Errno.ETIMEDOUT, "the client did not answer in " + Durations.text(patience)));
            }
        } finally {
            lock.unlock();
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /**
     * Takes the client's answer. One that nobody waits for is dropped: it came too late.
     *
     * @param reply a reply to some command of this side
     */
    void deliver(Message reply) {
        lock.lock();
        try {
            Transfer transfer = underWay.get(reply.id());
            if (transfer == null || transfer.done || transfer.command.id() != reply.commandId()) {
                return;
            }
            try {
                take(transfer, reply);
                end(transfer, null);
            } catch (VfioException e) {
                end(transfer, e);
            }
        } finally {
            lock.unlock();
        }
    }

    private static void take(Transfer transfer, Message reply) {
        int size = (int) transfer.local.byteSize();
        if (reply.isError()) {
            throw failure(transfer, reply.errno(), "the client refuses");
        }
        if (transfer.command == Command.DMA_READ) {
            DmaAccess.checkReadReply(reply, transfer.address, size);
            transfer.data = reply.payload(DmaAccess.SIZE, size).toArray(ValueLayout.JAVA_BYTE);
        } else {
            DmaAccess.checkWriteReply(reply, transfer.address, size);
        }
    }

    /** Ends a message. */
    private void end(Transfer transfer, @Nullable VfioException failure) {
        transfer.failure = failure;
        transfer.done = true;
        changed.signalAll();
    }

    /**
     * Waits until no message is under way in a range, and gives up those that still are when the time is over.
     *
     * @param grace how long to wait; zero gives up at once
     */
    void finish(IovaRange range, Duration grace) {
        long left = grace.toNanos();
        boolean interrupted = false;
        lock.lock();
        try {
            while (left > 0 && underWay.values().stream().anyMatch(transfer -> transfer.touches(range))) {
                try {
                    left = changed.awaitNanos(left);
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
            for (Iterator<Transfer> all = underWay.values().iterator(); all.hasNext(); ) {
                Transfer transfer = all.next();
                if (!transfer.done && transfer.touches(range)) {
                    end(transfer, failure(transfer, Errno.ECANCELED, "the client unmaps the range"));
                }
            }
        } finally {
            lock.unlock();
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Ends all messages, and every later one at once. */
    void fail(String reason) {
        lock.lock();
        try {
            if (ended == null) {
                ended = reason;
            }
            for (Transfer transfer : underWay.values()) {
                if (!transfer.done) {
                    end(transfer, failure(transfer, Errno.ENOTCONN, reason));
                }
            }
        } finally {
            lock.unlock();
        }
    }

    private static VfioException failure(Transfer transfer, int errno, String reason) {
        return new VfioException(
                transfer.command.call(), errno, where(transfer.address, transfer.local.byteSize()), reason);
    }

    private static String where(long address, long size) {
        return Hex.of(size) + " bytes at iova " + Hex.of(address);
    }

    /** Frees the buffer, after {@link #fail}, once nobody sends any more. */
    @Override
    public void close() {
        building.lock();
        try {
            request.close();
        } finally {
            building.unlock();
        }
    }
}
