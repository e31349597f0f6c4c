// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vfiouser.server;

import io.jvfio.Closing;
import io.jvfio.VfioException;
import io.jvfio.vfiouser.protocol.Message;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Where commands that take their time are done, one after the other, so that the connection's thread can go on reading:
 * what holds such a command up may be a transfer that needs an answer from the same client. What comes after such a
 * command waits behind it, and counts as what it costs: memory with what holds it, and descriptors.
 *
 * <p>A command that has not begun in time is not done, and answered with ETIMEDOUT. One that has begun is answered when it
 * ends, however late, with what became of it: most cannot be undone, and a client must not be told that a reset or a map
 * has failed that then succeeds. So answers keep the order of the commands.
 *
 * <p>Threads: {@link #submit} and {@link #drain} on the connection's thread, {@link #close} on any; the work runs on a
 * thread of its own.
 */
final class CommandLane implements AutoCloseable {
    /** So many messages' descriptors may wait. */
    private static final int MESSAGES_OF_FDS = 4;

    /** Does a command and sends the answer. */
    @FunctionalInterface
    interface Work {
        /**
         * Runs on the lane's thread; throws only if the connection is of no use any more.
         *
         * @param command its descriptors are closed when this returns
         * @param late whether its time was over before it began, so that it is to be refused
         */
        void run(Message command, boolean late);
    }

    /** A command in the lane. */
    private record Entry(Message.Kept command, long deadline) {
        boolean isLate() {
            return deadline - System.nanoTime() < 0;
        }
    }

    private final long patience;
    private final int mostBytes;
    private final int mostFds;
    private final Message current;
    private final Work work;
    private final Runnable onFailure;
    private final ThinLog log;
    private final Thread thread;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    /** What waits. Guarded by the lock, as is everything below. */
    private final Deque<Entry> entries = new ArrayDeque<>();

    private int bytes;
    private int fds;
    private boolean closed;

    /** Written under the lock by the lane's thread at its end of work; a stale true costs a detour, no order. */
    private volatile boolean idle = true;

    /**
     * An idle lane.
     *
     * @param current where each command is done; stays the caller's, who closes it after {@link #awaitEnd}
     * @param onFailure ends the connection
     */
    CommandLane(String name, ServerLimits limits, Message current, Work work, Runnable onFailure, ThinLog log) {
        this.patience = limits.answer().toNanos();
        this.mostBytes = limits.queuedBytes();
        this.mostFds = limits.fds() * MESSAGES_OF_FDS;
        this.current = current;
        this.work = work;
        this.onFailure = onFailure;
        this.log = log;
        this.thread = Thread.ofPlatform().daemon().name(name).unstarted(this::loop);
    }

    /** Whether nothing is being done and nothing waits. */
    boolean idle() {
        return idle;
    }

    /** Whether this is the lane's thread. */
    boolean isThread(Thread other) {
        return other == thread;
    }

    /**
     * Adds a command. Waits while too much waits already: then nothing more is read from the client until a command is
     * done.
     *
     * @param command taken over
     * @return false if the connection has ended
     */
    boolean submit(Message.Kept command) {
        lock.lock();
        try {
            start(command);
            while (!entries.isEmpty() && !hasRoom(command) && !closed) {
                changed.awaitUninterruptibly();
            }
            if (closed) {
                command.close();
                return false;
            }
            count(command, 1);
            // Not before: while this waited for room, the lane may have done all there was, and said so.
            idle = false;
            entries.addLast(new Entry(command, System.nanoTime() + patience));
            changed.signalAll();
            return true;
        } finally {
            lock.unlock();
        }
    }

    private void start(Message.Kept first) {
        if (thread.getState() == Thread.State.NEW) {
            try {
                thread.start();
            } catch (Error e) { // no more threads can be had
                throw Closing.after(e, first);
            }
        }
    }

    private boolean hasRoom(Message.Kept command) {
        return command.cost() <= mostBytes - bytes && command.fdCount() <= mostFds - fds;
    }

    private void count(Message.Kept command, int sign) {
        bytes += sign * command.cost();
        fds += sign * command.fdCount();
    }

    /**
     * Waits until nothing is to be done any more, at most as long as a command may wait.
     *
     * @return whether all is done
     */
    boolean drain() {
        long left = patience;
        boolean interrupted = false;
        lock.lock();
        try {
            while (!idle && !closed && left > 0) {
                try {
                    left = changed.awaitNanos(left);
                } catch (InterruptedException e) {
                    interrupted = true; // the wait is bounded, and the interruption is kept
                }
            }
            return idle;
        } finally {
            lock.unlock();
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void loop() {
        for (Entry entry = next(); entry != null; entry = next()) {
            boolean whole = false;
            try {
                current.take(entry.command);
                work.run(current, entry.isLate());
                whole = true;
            } catch (VfioException e) {
                // The connection has ended; its thread finds that out for itself.
            } catch (RuntimeException | Error e) {
                log.warn("a defect has ended the connection with a client", e);
            } finally {
                current.closeFds();
                if (!whole) {
                    close();
                    onFailure.run();
                }
            }
        }
    }

    private @Nullable Entry next() {
        lock.lock();
        try {
            while (entries.isEmpty() && !closed) {
                idle = true;
                changed.signalAll();
                changed.awaitUninterruptibly();
            }
            Entry next = entries.pollFirst();
            if (next != null) {
                count(next.command, -1);
                changed.signalAll();
            }
            return next;
        } finally {
            lock.unlock();
        }
    }

    /** Drops what waits, and lets what is being done come to its end without waiting for it. Idempotent. */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            entries.forEach(entry -> entry.command.close());
            entries.clear();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits, after {@link #close}, until the command that is being done has ended.
     *
     * @return whether it has
     */
    boolean awaitEnd(Duration limit) throws InterruptedException {
        return thread.getState() == Thread.State.NEW || thread.join(limit);
    }
}
