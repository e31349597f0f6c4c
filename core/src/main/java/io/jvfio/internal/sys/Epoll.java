// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.sys;

import io.jvfio.Errno;
import io.jvfio.Fd;
import io.jvfio.VfioException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Objects;

/**
 * A set of descriptors that one thread waits for with {@code epoll(7)}, each with a key by which the waiter knows it.
 *
 * <p>The kernel drops a file from the set when its last descriptor is closed. As a duplicate may keep the file alive, and
 * an event for it may already be on its way to the waiter: {@link #remove} before closing, and expect keys of what was
 * just removed.
 *
 * <p>Threads: {@link #add}, {@link #modify}, {@link #remove} on any thread, also during a wait; {@link #await},
 * {@link #events} and {@link #key} on one thread at a time, a platform thread. After the first call of a thread nothing
 * here allocates.
 */
public final class Epoll implements AutoCloseable {
    private static final String SUBJECT = "epoll";
    private static final ValueLayout.OfInt EVENTS = ValueLayout.JAVA_INT_UNALIGNED;

    /** The struct is packed on x86-64: every second one has its key on an odd word. */
    private static final ValueLayout.OfLong KEY = ValueLayout.JAVA_LONG_UNALIGNED;

    private final SystemCalls sys;
    private final Descriptor fd;
    private final Arena arena = Arena.ofShared();
    private final MemorySegment found;
    private final int capacity;
    private final long eventSize;
    private final long keyOffset;

    private Epoll(SystemCalls sys, Descriptor fd, int capacity) {
        Abi abi = Abi.host();
        this.sys = sys;
        this.fd = fd;
        this.capacity = capacity;
        this.eventSize = abi.epollEventSize();
        this.keyOffset = abi.epollEventData();
        this.found = arena.allocate(eventSize * capacity, Long.BYTES);
    }

    /**
     * An empty set.
     *
     * @param capacity how many events one wait returns at most, 1 or more
     * @throws VfioException if the process has no descriptor left (EMFILE)
     */
    public static Epoll open(SystemCalls sys, int capacity) {
        if (capacity < 1) {
            throw new IllegalArgumentException("room for " + capacity + " events");
        }
        int result = sys.epollCreate(Abi.EPOLL_CLOEXEC);
        return new Epoll(sys, Descriptor.of(sys, result, "epoll_create1", SUBJECT), capacity);
    }

    /**
     * Adds a descriptor.
     *
     * @param member borrowed for this call; {@link #remove} it before it is closed
     * @param events {@code EPOLL*} bits
     * @param key what {@link #key} returns for it
     * @throws VfioException with EEXIST if it is in the set already, ENOSPC if {@code fs.epoll.max_user_watches} is used
     *     up, EPERM if such a file cannot be waited for
     */
    public void add(Fd member, int events, long key) {
        control(Abi.EPOLL_CTL_ADD, member, events, key);
    }

    /**
     * Changes what a member is waited for.
     *
     * @throws VfioException with ENOENT if it is not in the set
     */
    public void modify(Fd member, int events, long key) {
        control(Abi.EPOLL_CTL_MOD, member, events, key);
    }

    /**
     * Removes a member.
     *
     * @throws VfioException with ENOENT if it is not in the set
     */
    public void remove(Fd member) {
        control(Abi.EPOLL_CTL_DEL, member, 0, 0);
    }

    private void control(int operation, Fd member, int events, long key) {
        MemorySegment event = ThreadMemory.current().scratch();
        event.set(EVENTS, 0, events);
        event.set(KEY, keyOffset, key);
        int number = fd.acquire();
        int result;
        try {
            int memberNumber = member.acquire();
            try {
                result = sys.epollCtl(number, operation, memberNumber, event);
            } finally {
                member.release();
            }
        } finally {
            fd.release();
        }
        if (result < 0) {
            throw VfioException.of("epoll_ctl", -result, member.toString());
        }
    }

    /**
     * Waits until a member is ready. Goes on for the rest of the time when a signal interrupts it.
     *
     * @param timeoutNanos 0 only looks; a negative number waits without end. Ends up to a millisecond late, never early
     * @return how many events there are, 0 if the time is over
     * @throws IllegalStateException if this is closed
     */
    public int await(long timeoutNanos) {
        int number = fd.acquire();
        try {
            long now = System.nanoTime();
            long deadline = Deadline.after(timeoutNanos, now);
            while (true) {
                int result = sys.epollWait(number, found, capacity, Deadline.millis(deadline, now));
                if (result > 0) {
                    return result;
                }
                if (result < 0 && result != -Errno.EINTR) {
                    throw VfioException.of("epoll_wait", -result, SUBJECT);
                }
                now = System.nanoTime();
                if (result == 0 && Deadline.passed(deadline, now)) {
                    return 0;
                }
            }
        } finally {
            fd.release();
        }
    }

    /**
     * What was found.
     *
     * @param index 0 to the last wait's result - 1
     * @return {@code EPOLL*} bits
     */
    public int events(int index) {
        return found.get(EVENTS, Objects.checkIndex(index, capacity) * eventSize);
    }

    /**
     * For whom.
     *
     * @param index 0 to the last wait's result - 1
     * @return the key given with the member
     */
    public long key(int index) {
        return found.get(KEY, Objects.checkIndex(index, capacity) * eventSize + keyOffset);
    }

    /**
     * Closes the set; the members stay open. Idempotent.
     *
     * @throws IllegalStateException if a wait is running: signal a member first
     */
    @Override
    public void close() {
        if (arena.scope().isAlive()) {
            arena.close();
        }
        fd.close();
    }
}
