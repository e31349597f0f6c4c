// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.sys;

import io.jvfio.Errno;
import io.jvfio.VfioException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * A counter in the kernel that can be waited for: {@code eventfd(2)}, non-blocking and close-on-exec. The kernel adds one
 * for each interrupt. Its descriptor is passed to those who signal it; what they do to the open file changes nothing here,
 * as {@link #drain} never waits. Who signals one that others have too uses a {@link SharedEventFd}.
 *
 * <p>Threads: thread-safe. Nothing blocks; {@link #signal} and {@link #drain} allocate nothing.
 */
public final class EventFd implements AutoCloseable {
    private static final String SUBJECT = "eventfd";

    private final SystemCalls sys;
    private final Descriptor fd;

    private EventFd(SystemCalls sys, Descriptor fd) {
        this.sys = sys;
        this.fd = fd;
    }

    /**
     * A new counter at 0.
     *
     * @throws VfioException if the process has no descriptor left (EMFILE)
     */
    public static EventFd open(SystemCalls sys) {
        int result = sys.eventfd(0, Abi.EFD_CLOEXEC | Abi.EFD_NONBLOCK);
        return new EventFd(sys, Descriptor.of(sys, result, "eventfd", SUBJECT));
    }

    /** The descriptor, borrowed. It is readable while the count is not 0. */
    public Descriptor fd() {
        return fd;
    }

    /**
     * Adds to the count and wakes who waits for it.
     *
     * @param count 1 or more
     * @throws IllegalStateException if this is closed
     * @throws VfioException with EAGAIN if the count would pass 2^64 - 2
     */
    public void signal(long count) {
        if (count <= 0) {
            throw new IllegalArgumentException("cannot signal " + count + " events");
        }
        MemorySegment word = ThreadMemory.current().scratch();
        word.set(ValueLayout.JAVA_LONG, 0, count);
        int number = fd.acquire();
        long result;
        try {
            result = add(sys, number, word);
        } finally {
            fd.release();
        }
        if (result < 0) {
            throw VfioException.of("write", (int) -result, SUBJECT);
        }
    }

    /**
     * Takes the count and sets it to 0.
     *
     * @return the count, unsigned; 0 if nothing was signalled
     * @throws IllegalStateException if this is closed
     */
    public long drain() {
        return drain(sys, fd, fd.isShared());
    }

    /**
     * Takes the count of an eventfd. Whether a read waits is a property of the open file, which everybody who has it can
     * change: so where others have it, the call says for itself that it does not.
     *
     * @param shared whether others may have it; if not, it is non-blocking
     */
    static long drain(SystemCalls sys, Descriptor fd, boolean shared) {
        MemorySegment word = ThreadMemory.current().scratch();
        int number = fd.acquire();
        long result;
        try {
            result = shared ? drain(sys, number, word) : drainOwn(sys, number, word);
        } finally {
            fd.release();
        }
        if (result == -Errno.EAGAIN) {
            return 0;
        }
        if (result < 0) {
            throw VfioException.of(shared ? "preadv2" : "read", (int) -result, SUBJECT);
        }
        return word.get(ValueLayout.JAVA_LONG, 0);
    }

    /** By the call that costs less, and says nothing of waiting. */
    private static long drainOwn(SystemCalls sys, int number, MemorySegment word) {
        long result;
        do {
            result = sys.read(number, word, Long.BYTES);
        } while (result == -Errno.EINTR);
        return result;
    }

    /** Of one that others may have, by a number that stays open meanwhile; 8, or {@code -errno}. */
    static long drain(SystemCalls sys, int number, MemorySegment word) {
        long result;
        do {
            result = sys.preadv2(number, word, Long.BYTES, Abi.RWF_NOWAIT);
        } while (result == -Errno.EINTR);
        return result;
    }

    /** An interrupted write has added nothing. */
    static long add(SystemCalls sys, int number, MemorySegment word) {
        long result;
        do {
            result = sys.write(number, word, Long.BYTES);
        } while (result == -Errno.EINTR);
        return result;
    }

    /** Whether {@link #close} has not been called yet. */
    public boolean isOpen() {
        return fd.isOpen();
    }

    /** Closes the descriptor. Whoever waits for it is not woken by that; signal first. Idempotent. */
    @Override
    public void close() {
        fd.close();
    }
}
