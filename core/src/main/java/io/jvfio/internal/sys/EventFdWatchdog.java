// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.sys;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Frees threads that the peer behind a {@link SharedEventFd} holds in {@code write(2)}: by reading the counter, again until
 * the write is through, as the peer may fill it again. One thread serves the process. It starts with the first eventfd
 * that is written, ends with the last, and sleeps while nobody writes.
 *
 * <p>Threads: thread-safe. {@link #noteWrite} takes no lock and allocates nothing.
 */
final class EventFdWatchdog {
    /** A write that takes longer is held up. */
    static final long LIMIT_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(25);

    /** Between two reads for the same writer: long enough for it to run. */
    private static final long RESCUE_NANOS = TimeUnit.MICROSECONDS.toNanos(200);

    /** So many looks in vain, a second of them, and it sleeps until somebody writes. */
    private static final int VAIN_LOOKS = 40;

    /** A peer can hold threads of whatever device of this process, so there is one for all. */
    private static final EventFdWatchdog PROCESS = new EventFdWatchdog();

    private final Set<SharedEventFd> watched = ConcurrentHashMap.newKeySet();
    private final Object lock = new Object();

    /** Written under the lock. */
    private volatile @Nullable Thread thread;

    private volatile boolean asleep;

    private EventFdWatchdog() {}

    static EventFdWatchdog ofProcess() {
        return PROCESS;
    }

    void add(SharedEventFd eventfd) {
        synchronized (lock) {
            watched.add(eventfd);
            if (thread == null) {
                Thread started = Thread.ofPlatform()
                        .daemon()
                        .inheritInheritableThreadLocals(false)
                        .name("jvfio-eventfd-watchdog")
                        .unstarted(this::run);
                thread = started;
                started.start();
            }
        }
    }

    void remove(SharedEventFd eventfd) {
        watched.remove(eventfd);
        if (watched.isEmpty()) {
            LockSupport.unpark(thread);
        }
    }

    /** A write begins, which the writer has said where {@link SharedEventFd#isWriting} tells it. */
    void noteWrite() {
        if (asleep) {
            LockSupport.unpark(thread);
        }
    }

    private void run() {
        int vain = 0;
        while (!ends()) {
            boolean writing = false;
            boolean late = false;
            long now = System.nanoTime();
            for (SharedEventFd eventfd : watched) {
                late |= eventfd.rescue(now, LIMIT_NANOS);
                writing |= eventfd.isWriting();
            }
            watched.removeIf(SharedEventFd::isOver);
            vain = writing ? 0 : vain + 1;
            if (vain < VAIN_LOOKS) {
                LockSupport.parkNanos(this, late ? RESCUE_NANOS : LOOK_NANOS);
            } else {
                sleep();
                vain = 0;
            }
        }
    }

    /** Until a write begins: who sleeps says so before it looks, and who writes says so before it looks. */
    private void sleep() {
        asleep = true;
        try {
            if (!watched.isEmpty() && watched.stream().noneMatch(SharedEventFd::isWriting)) {
                LockSupport.park(this);
            }
        } finally {
            asleep = false;
        }
    }

    private boolean ends() {
        synchronized (lock) {
            if (!watched.isEmpty()) {
                return false;
            }
            thread = null;
            return true;
        }
    }
}
