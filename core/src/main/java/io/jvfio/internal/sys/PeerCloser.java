// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.sys;

import io.jvfio.Errno;
import io.jvfio.VfioException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Closes what came from one peer on a thread that nobody waits for. {@code close(2)} of a file may wait for whoever is
 * behind it: of a socket that lingers, for the other end to take what is left; of a file in user space, for its daemon.
 * The same goes for a socket in which descriptors still lie that nobody has received.
 *
 * <p>The thread starts when there is something to close and ends when there is nothing. A peer that has it stuck is not
 * read from any more: so it holds one thread and a bounded number of descriptors, and nobody else.
 *
 * <p>Threads: thread-safe; only {@link #awaitRoom} waits.
 */
final class PeerCloser {
    /** So many may wait to be closed when more are received, at most {@link SocketMessage#MAX_FDS} at once. */
    private static final int MOST = 64;

    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final System.Logger LOG = System.getLogger("io.jvfio");

    private final SystemCalls sys;
    private final String peer;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition closed = lock.newCondition();

    /** Guarded by the lock; the one that is being closed is still in it. */
    private final Deque<Integer> pending = new ArrayDeque<>();

    PeerCloser(SystemCalls sys, String peer) {
        this.sys = sys;
        this.peer = peer;
    }

    /** Closes a number, which is this object's from now on. Does not wait. */
    void close(int number) {
        lock.lock();
        try {
            pending.addLast(number);
            if (pending.size() == 1) {
                Thread.ofPlatform()
                        .daemon()
                        .inheritInheritableThreadLocals(false)
                        .name("jvfio-close " + peer)
                        .start(this::run);
            }
        } finally {
            lock.unlock();
        }
    }

    /** How many are not closed yet. */
    int pending() {
        lock.lock();
        try {
            return pending.size();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits, up to a second, until more may be received.
     *
     * @throws VfioException with EMFILE if the peer's descriptors do not close
     */
    void awaitRoom() {
        boolean interrupted = false;
        lock.lock();
        try {
            long left = PATIENCE_NANOS;
            while (pending.size() > MOST) {
                if (left <= 0) {
                    throw new VfioException(
                            "close",
                            Errno.EMFILE,
                            peer,
                            pending.size() + " descriptors that came from it do not close");
                }
                try {
                    left = closed.awaitNanos(left);
                } catch (InterruptedException e) {
                    interrupted = true; // the wait is bounded, and the interruption is kept
                }
            }
        } finally {
            lock.unlock();
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void run() {
        int number = next(false);
        while (number >= 0) {
            int result = sys.close(number);
            if (result < 0) {
                LOG.log(
                        System.Logger.Level.WARNING,
                        "closing a descriptor from {0} failed: {1}",
                        peer,
                        Errno.name(-result));
            }
            number = next(true);
        }
    }

    private int next(boolean done) {
        lock.lock();
        try {
            if (done) {
                pending.removeFirst();
                closed.signalAll();
            }
            Integer first = pending.peekFirst();
            return first == null ? -1 : first;
        } finally {
            lock.unlock();
        }
    }
}
