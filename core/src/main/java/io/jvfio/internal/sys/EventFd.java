// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.sys;

import io.jvfio.Closing;
import io.jvfio.Errno;
import io.jvfio.Fd;
import io.jvfio.VfioException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A counter in the kernel that can be waited for: {@code eventfd(2)}, non-blocking and close-on-exec. The kernel adds one
 * for each interrupt.
 *
 * <p>Threads: thread-safe. Nothing blocks; {@link #signal} and {@link #drain} allocate nothing.
 */
public final class EventFd implements AutoCloseable {
    private static final String SUBJECT = "eventfd";

    /** What {@code /proc} calls such a file. */
    private static final String KIND = "anon_inode:[eventfd]";

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

    /**
     * Another descriptor of somebody else's counter, owned by the result.
     *
     * @param counter an eventfd, borrowed
     * @throws IllegalStateException if it is closed
     * @throws VfioException if the process has no descriptor left (EMFILE), or with EINVAL if it is another kind of file
     */
    public static EventFd duplicate(SystemCalls sys, Fd counter) {
        Descriptor own = Descriptor.duplicate(sys, counter);
        String file = kind(own);
        if (!file.equals(KIND)) {
            throw Closing.after(
                    new VfioException(SUBJECT, Errno.EINVAL, own.subject(), "it is no eventfd but " + file), own);
        }
        return new EventFd(sys, own);
    }

    /** The kernel's own users of eventfds look at the file's operations; from here its name tells. */
    private static String kind(Descriptor file) {
        int number = file.acquire();
        try {
            return Files.readSymbolicLink(Path.of("/proc/self/fd/" + number)).toString();
        } catch (IOException e) {
            return "unknown: " + e.getMessage();
        } finally {
            file.release();
        }
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
            result = retry(true, number, word);
        } finally {
            fd.release();
        }
        if (result < 0) {
            throw VfioException.of("write", (int) -result, SUBJECT);
        }
    }

    /**
     * Adds one to the count, unless it is full: who has been told that often and has not looked need not be told again. For
     * counters of somebody who may mean harm.
     *
     * @throws IllegalStateException if this is closed
     */
    public void signalIfRoom() {
        try {
            signal(1);
        } catch (VfioException e) {
            if (e.errno() != Errno.EAGAIN) {
                throw e;
            }
        }
    }

    /**
     * Takes the count and sets it to 0.
     *
     * @return the count, unsigned; 0 if nothing was signalled
     * @throws IllegalStateException if this is closed
     */
    public long drain() {
        MemorySegment word = ThreadMemory.current().scratch();
        int number = fd.acquire();
        long result;
        try {
            result = retry(false, number, word);
        } finally {
            fd.release();
        }
        if (result == -Errno.EAGAIN) {
            return 0;
        }
        if (result < 0) {
            throw VfioException.of("read", (int) -result, SUBJECT);
        }
        return word.get(ValueLayout.JAVA_LONG, 0);
    }

    /** An interrupted call has neither added nor taken anything. */
    private long retry(boolean write, int number, MemorySegment word) {
        long result;
        do {
            result = write ? sys.write(number, word, Long.BYTES) : sys.read(number, word, Long.BYTES);
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
