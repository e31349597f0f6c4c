// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.sys;

import io.jvfio.Errno;
import io.jvfio.Fd;
import io.jvfio.VfioException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Waits for a few descriptors with {@code poll(2)}. The descriptors are set once and waited for often; a wait allocates
 * nothing.
 *
 * <p>While a wait runs it holds its descriptors open: signal one of them before closing any.
 *
 * <p>Threads: one at a time, but not always the same. A virtual thread that waits here pins its carrier.
 */
public final class Poller implements AutoCloseable {
    /** {@code struct pollfd} of {@code include/uapi/asm-generic/poll.h}. */
    private static final StructLayout POLLFD = MemoryLayout.structLayout(
            ValueLayout.JAVA_INT.withName("fd"),
            ValueLayout.JAVA_SHORT.withName("events"),
            ValueLayout.JAVA_SHORT.withName("revents"));

    private static final VarHandle FD = field("fd");
    private static final VarHandle EVENTS = field("events");
    private static final VarHandle REVENTS = field("revents");

    private final SystemCalls sys;
    private final Arena arena = Arena.ofShared();
    private final MemorySegment pollfds;
    private final @Nullable Fd[] fds;

    /**
     * A poller that waits for nothing yet.
     *
     * @param capacity how many descriptors, 1 or more
     */
    public Poller(SystemCalls sys, int capacity) {
        this.sys = sys;
        this.fds = new @Nullable Fd[capacity];
        this.pollfds = arena.allocate(POLLFD, capacity);
        for (int i = 0; i < capacity; i++) {
            clear(i);
        }
    }

    private static VarHandle field(String name) {
        return POLLFD.arrayElementVarHandle(PathElement.groupElement(name)).withInvokeExactBehavior();
    }

    /**
     * Waits for a descriptor from the next {@link #await} on.
     *
     * @param index 0 to capacity - 1
     * @param fd borrowed until it is replaced or this is closed
     * @param events {@code POLLIN}, {@code POLLOUT} or {@code POLLPRI}; errors and hang-ups are always reported
     */
    public void set(int index, Fd fd, int events) {
        fds[Objects.checkIndex(index, fds.length)] = fd;
        EVENTS.set(pollfds, 0L, (long) index, (short) events);
    }

    /** Waits for nothing at this index from the next {@link #await} on. */
    public void clear(int index) {
        fds[Objects.checkIndex(index, fds.length)] = null;
        FD.set(pollfds, 0L, (long) index, -1); // poll skips negative numbers
        REVENTS.set(pollfds, 0L, (long) index, (short) 0);
    }

    /**
     * Waits until a descriptor is ready. Goes on for the rest of the time when a signal interrupts it. Thread
     * interruption is not seen: set a descriptor that an interrupter signals.
     *
     * @param timeoutNanos 0 only looks; a negative number waits without end. Ends up to a millisecond late, never early
     * @return how many descriptors are ready, 0 if the time is over
     * @throws IllegalStateException if a descriptor is closed
     */
    public int await(long timeoutNanos) {
        int held = 0;
        try {
            for (; held < fds.length; held++) {
                Fd fd = fds[held];
                if (fd != null) {
                    FD.set(pollfds, 0L, (long) held, fd.acquire());
                }
            }
            return poll(timeoutNanos);
        } finally {
            for (int i = 0; i < held; i++) {
                Fd fd = fds[i];
                if (fd != null) {
                    fd.release();
                }
            }
        }
    }

    private int poll(long timeoutNanos) {
        long now = System.nanoTime();
        long deadline = Deadline.after(timeoutNanos, now);
        while (true) {
            int result = sys.poll(pollfds, fds.length, Deadline.millis(deadline, now));
            if (result > 0) {
                return result;
            }
            if (result < 0 && result != -Errno.EINTR) {
                throw VfioException.of("poll", -result, fds.length + " descriptors");
            }
            now = System.nanoTime();
            if (result == 0 && Deadline.passed(deadline, now)) {
                return 0;
            }
        }
    }

    /**
     * What the last {@link #await} found.
     *
     * @return {@code POLL*} bits; 0 if the descriptor is not ready
     */
    public int ready(int index) {
        Objects.checkIndex(index, fds.length);
        return (short) REVENTS.get(pollfds, 0L, (long) index) & 0xffff;
    }

    /**
     * Frees the poller; the descriptors stay open. Idempotent.
     *
     * @throws IllegalStateException if a wait is running: signal one of its descriptors first
     */
    @Override
    public void close() {
        if (arena.scope().isAlive()) {
            arena.close();
        }
    }
}
