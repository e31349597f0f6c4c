// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vfiouser.server;

import io.jvfio.Errno;
import io.jvfio.vfiouser.protocol.Message;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Where commands that take their time are done, one after the other, so that the connection's thread can go on reading:
 * what holds such a command up may be a transfer that needs an answer from the same client. What comes after such a
 * command waits behind it.
 *
 * <p>A command that is not done in time is answered with ETIMEDOUT, and not done at all if it has not begun: a client that
 * has given up would take a later answer for that to another command.
 *
 * <p>Threads: {@link #submit}, {@link #expire} and the other methods on the connection's thread; the work runs on a thread
 * of its own.
 */
final class CommandLane implements AutoCloseable {

    /** Does a command and sends the answer, if {@link Entry#answer} says that it is still wanted. */
    @FunctionalInterface
    interface Work {
        /** Runs on the lane's thread; throws only if the connection is of no use any more. */
        void run(Entry entry);
    }

    /** Sends an error in the place of an answer. */
    @FunctionalInterface
    interface Refusal {
        /** Runs on the connection's thread. */
        void send(Message command, int errno);
    }

    /** A command in the lane. */
    final class Entry {
        private final Message command;
        private final long deadline;
        private boolean answered;

        private Entry(Message command, long deadline) {
            this.command = command;
            this.deadline = deadline;
        }

        /** The command; closed when the work returns. */
        Message command() {
            return command;
        }

        /** Whether the answer is to be sent now; only the first who asks is told so. */
        boolean answer() {
            lock.lock();
            try {
                boolean first = !answered;
                answered = true;
                return first;
            } finally {
                lock.unlock();
            }
        }
    }

    private final long patience;
    private final int mostBytes;
    private final Work work;
    private final Thread thread;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    /** Guarded by the lock, as is everything below; the first one is being done. */
    private final Deque<Entry> entries = new ArrayDeque<>();

    private int bytes;
    private boolean closed;
    private boolean failed;

    /** Written under the lock by the lane's thread at its end of work; a stale true costs a detour, no order. */
    private volatile boolean idle = true;

    CommandLane(String name, ServerLimits limits, Work work) {
        this.patience = limits.answer().toNanos();
        this.mostBytes = limits.queuedBytes();
        this.work = work;
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
     * @return false if an earlier command has ended the connection
     */
    boolean submit(Message command) {
        lock.lock();
        try {
            idle = false;
            if (thread.getState() == Thread.State.NEW) {
                thread.start();
            }
            while (bytes > 0 && bytes + command.size() > mostBytes && !failed) {
                changed.awaitUninterruptibly();
            }
            if (failed || closed) {
                command.close();
                return false;
            }
            bytes += command.size();
            entries.addLast(new Entry(command, System.nanoTime() + patience));
            changed.signalAll();
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Waits until nothing waits any more, at most as long as a command may take. */
    void drain() {
        long left = patience;
        boolean interrupted = false;
        lock.lock();
        try {
            while (!entries.isEmpty() && !failed && left > 0) {
                try {
                    left = changed.awaitNanos(left);
                } catch (InterruptedException e) {
                    interrupted = true; // the wait is bounded, and the interruption is kept
                }
            }
        } finally {
            lock.unlock();
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** How long until the next command has had its time, in nanoseconds, 0 or more; without end if none waits. */
    long untilExpiry() {
        lock.lock();
        try {
            long now = System.nanoTime();
            for (Entry entry : entries) {
                if (!entry.answered) {
                    return Math.max(0, entry.deadline - now);
                }
            }
            return -1;
        } finally {
            lock.unlock();
        }
    }

    /** Refuses what has had its time. Commands that want no answer are done however late. */
    void expire(Refusal refusal) {
        lock.lock();
        try {
            long now = System.nanoTime();
            Entry current = entries.peekFirst();
            for (Iterator<Entry> all = entries.iterator(); all.hasNext(); ) {
                Entry entry = all.next();
                if (entry.answered || entry.deadline - now > 0) {
                    continue;
                }
                entry.answered = true;
                if (entry.command.wantsNoReply()) {
                    continue;
                }
                refusal.send(entry.command, Errno.ETIMEDOUT);
                if (entry != current) {
                    all.remove();
                    bytes -= entry.command.size();
                    entry.command.close();
                }
            }
        } finally {
            lock.unlock();
        }
    }

    private void loop() {
        for (Entry entry = next(); entry != null; entry = next()) {
            boolean whole = false;
            try {
                work.run(entry);
                whole = true;
            } catch (RuntimeException e) {
                // The connection has ended; its thread finds that out for itself.
            } finally {
                done(entry, whole);
            }
        }
    }

    private @Nullable Entry next() {
        lock.lock();
        try {
            while (entries.isEmpty() && !closed) {
                idle = true;
                changed.awaitUninterruptibly();
            }
            if (closed) {
                entries.forEach(entry -> entry.command.close()); // one that was about to begin when this was closed
                entries.clear();
            }
            return entries.peekFirst();
        } finally {
            lock.unlock();
        }
    }

    private void done(Entry entry, boolean whole) {
        lock.lock();
        try {
            entries.remove(entry);
            bytes -= entry.command.size();
            failed |= !whole;
            idle = entries.isEmpty();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        entry.command.close();
    }

    /** Drops what waits, and lets what is being done come to its end without waiting for it. Idempotent. */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            Entry current = entries.pollFirst();
            entries.forEach(entry -> entry.command.close());
            entries.clear();
            bytes = 0;
            if (current != null) {
                current.answered = true;
                bytes = current.command.size();
                entries.addFirst(current);
            }
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
