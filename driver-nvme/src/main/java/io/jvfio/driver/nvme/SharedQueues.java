// SPDX-License-Identifier: Apache-2.0
package io.jvfio.driver.nvme;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The queues of the simple calls: lent to one call at a time, whatever namespace it is for. There are as many as calls came
 * at once, up to a limit and what the controller has left; one that nobody uses is ended where another queue is wanted.
 *
 * <p>Threads: thread-safe. Its monitor is taken after the controller's lock, and never held while that is waited for.
 */
final class SharedQueues implements AutoCloseable {
    private static final int MOST = 8;

    private final NvmeController controller;

    /** Those that nobody uses; the one that was used last comes first. */
    private final Deque<BlockIo> idle = new ArrayDeque<>();

    /** How many there are, or are being made. */
    private int count;

    private boolean closed;

    SharedQueues(NvmeController controller) {
        this.controller = controller;
    }

    /**
     * Lends a queue for a call. Waits until there is one if all are lent and no more can be had.
     *
     * @throws IllegalStateException if there is none, as all queues of the controller are others' own
     */
    void call(Consumer<BlockIo> call) {
        BlockIo borrowed = borrow();
        try {
            call.accept(borrowed);
        } finally {
            giveBack(borrowed);
        }
    }

    /** Ends a queue that nobody uses; whether there was one. */
    boolean reclaim() {
        BlockIo unused;
        synchronized (this) {
            unused = idle.pollLast();
            if (unused == null) {
                return false;
            }
            ended();
        }
        unused.close();
        return true;
    }

    private BlockIo borrow() {
        boolean mayMake = true;
        while (true) {
            BlockIo free = idleOrRoom(mayMake);
            if (free != null) {
                return free;
            }
            try {
                return new BlockIo(controller);
            } catch (RuntimeException e) {
                boolean none = e instanceof IllegalStateException || e instanceof CommandFailedException;
                synchronized (this) {
                    ended();
                    if (!none || count == 0 || closed) {
                        throw e;
                    }
                }
                mayMake = false;
            }
        }
    }

    /** A queue that is free, after a wait if need be, or null if one may be made, which is counted. */
    private synchronized @Nullable BlockIo idleOrRoom(boolean mayMake) {
        boolean interrupted = false;
        try {
            while (true) {
                BlockIo free = idle.pollFirst();
                if (free != null) {
                    return free;
                }
                if (count == 0 || mayMake && count < MOST) {
                    count++;
                    return null;
                }
                try {
                    wait();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void giveBack(BlockIo lent) {
        synchronized (this) {
            if (!closed && !lent.broken()) {
                idle.addFirst(lent);
                notifyAll();
                return;
            }
            ended();
        }
        lent.close();
    }

    private synchronized void ended() {
        count--;
        notifyAll();
    }

    /** Ends those that nobody uses; the others end when they are given back. */
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
        }
        while (reclaim()) {
            // Until there is none.
        }
    }
}
