// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.sys;

import io.jvfio.Closing;
import io.jvfio.Errno;
import io.jvfio.Fd;
import io.jvfio.VfioException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * An eventfd that somebody else has too, who may mean harm: a client's, a server's. Whether a write waits for room is a
 * property of the open file, which everybody who has it can change at any time, and an eventfd has no call that says for
 * itself that it does not wait ({@code pwritev2} with {@code RWF_NOWAIT} is EOPNOTSUPP). So a write is made only if there is
 * room at that moment, holds no lock, and is watched: one that takes more than 100 ms is freed by the
 * {@link EventFdWatchdog}, and whoever passed the eventfd is ended.
 *
 * <p>A count that is full is left full: who has been told that often and has not looked need not be told again.
 *
 * <p>Threads: thread-safe. {@link #signal} and {@link #drain} allocate nothing, but for the first signal of all.
 */
public final class SharedEventFd implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger("io.jvfio");
    private static final VarHandle DUE;
    private static final VarHandle STATE;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            DUE = lookup.findVarHandle(SharedEventFd.class, "due", long.class);
            STATE = lookup.findVarHandle(SharedEventFd.class, "state", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** Nobody writes. */
    private static final int IDLE = 0;

    /** A thread writes, or is about to. */
    private static final int WRITING = 1;

    /** A thread writes, and the watchdog reads for it; the writer must not leave, as it keeps the number open. */
    private static final int RESCUED = 2;

    private final SystemCalls sys;
    private final Descriptor fd;
    private final Runnable onHeldUp;
    private final EventFdWatchdog watchdog;

    /** Whether a full count is looked for, and left alone, before each write. */
    private final boolean looks;

    /** Signals that are not written yet. Who makes it more than 0 writes, also those that come meanwhile. */
    @SuppressWarnings("FieldMayBeFinal") // changed through DUE
    private volatile long due;

    @SuppressWarnings("FieldMayBeFinal") // changed through STATE
    private volatile int state;

    /** How many writes have begun; of the writer, of whom there is one at a time. Published by the state. */
    private long writes;

    /** The number that the writer keeps open. */
    private int number;

    private volatile boolean watched;
    private volatile boolean heldUp;
    private volatile boolean closed;

    /** What the watchdog saw last: which write, and when first. The watchdog's thread alone uses them. */
    private long seenWrite = -1;

    private long seenAt;

    private SharedEventFd(SystemCalls sys, Descriptor fd, Runnable onHeldUp, boolean looks) {
        this.sys = sys;
        this.fd = fd;
        this.onHeldUp = onHeldUp;
        this.watchdog = EventFdWatchdog.ofProcess();
        this.looks = looks;
    }

    /**
     * A new counter at 0, to be passed to somebody who may mean harm.
     *
     * @throws VfioException if the process has no descriptor left (EMFILE)
     */
    public static SharedEventFd open(SystemCalls sys) {
        return new SharedEventFd(sys, EventFd.open(sys).fd(), () -> {}, true);
    }

    /**
     * Another descriptor of a counter that others have too.
     *
     * @param counter an eventfd, blocking or not; borrowed
     * @param onHeldUp run once if a write was held up, on a thread that must not wait: ends whoever passed the eventfd. Not
     *     run after {@link #close}
     * @throws IllegalStateException if it is closed
     * @throws VfioException if the process has no descriptor left (EMFILE), or with EINVAL if it is another kind of file
     */
    public static SharedEventFd duplicate(SystemCalls sys, Fd counter, Runnable onHeldUp) {
        return duplicate(sys, counter, onHeldUp, true);
    }

    /**
     * Another descriptor of a counter, as {@link #duplicate} makes it, whose {@link #signal} is one system call and not two:
     * nobody looks for room before. Whoever fills the counter holds up the signal that comes next, once.
     */
    public static SharedEventFd duplicateWithoutLook(SystemCalls sys, Fd counter, Runnable onHeldUp) {
        return duplicate(sys, counter, onHeldUp, false);
    }

    private static SharedEventFd duplicate(SystemCalls sys, Fd counter, Runnable onHeldUp, boolean looks) {
        Descriptor own = Descriptor.duplicate(sys, counter);
        try {
            require(own);
        } catch (RuntimeException e) {
            throw Closing.after(e, own);
        }
        return new SharedEventFd(sys, own, onHeldUp, looks);
    }

    /**
     * Checks that a descriptor is an eventfd. Asks {@code /proc} for its name alone: nothing that the file's maker answers.
     *
     * @throws VfioException with EINVAL and what it is instead, if it is none
     */
    public static void require(Fd descriptor) {
        FileKind kind = FileKind.of(descriptor);
        if (!kind.eventFd()) {
            throw new VfioException(
                    "eventfd", Errno.EINVAL, descriptor.subject(), "it is no eventfd but " + kind.name());
        }
    }

    /** The descriptor, borrowed. It is readable while the count is not 0. */
    public Descriptor fd() {
        return fd;
    }

    /**
     * Adds one to the count, unless that is full. While another thread is at it, that thread adds this one too.
     *
     * @return false if this is closed
     * @throws VfioException if the kernel refuses
     */
    public boolean signal() {
        if (heldUp) {
            return !closed;
        }
        if ((long) DUE.getAndAdd(this, 1L) != 0) {
            return true;
        }
        boolean whole = false;
        try {
            whole = writeDue();
        } finally {
            if (!whole) {
                due = 0;
            }
        }
        return whole;
    }

    private boolean writeDue() {
        if (!watched) {
            watch();
        }
        int open;
        try {
            open = fd.acquire();
        } catch (IllegalStateException e) {
            return false;
        }
        try {
            long left = due;
            while (left != 0) {
                write(open, left);
                left = (long) DUE.getAndAdd(this, -left) - left;
            }
            return true;
        } finally {
            fd.release();
        }
    }

    private void watch() {
        watched = true;
        watchdog.add(this);
    }

    private void write(int open, long count) {
        MemorySegment word = ThreadMemory.current().scratch();
        if (heldUp || looks && !hasRoom(open, word)) {
            return;
        }
        word.set(ValueLayout.JAVA_LONG, 0, count);
        number = open;
        writes++;
        state = WRITING;
        watchdog.noteWrite();
        long result;
        try {
            result = EventFd.add(sys, open, word);
        } finally {
            while (!STATE.compareAndSet(this, WRITING, IDLE)) {
                Thread.onSpinWait(); // for a read that does not wait
            }
        }
        if (result < 0 && result != -Errno.EAGAIN) {
            throw VfioException.of("write", (int) -result, fd.subject());
        }
    }

    private boolean hasRoom(int open, MemorySegment pollfd) {
        pollfd.set(ValueLayout.JAVA_INT, 0, open);
        pollfd.set(ValueLayout.JAVA_INT, Integer.BYTES, 0);
        pollfd.set(ValueLayout.JAVA_SHORT, Integer.BYTES, (short) Abi.POLLOUT);
        int result;
        do {
            result = sys.poll(pollfd, 1, 0);
        } while (result == -Errno.EINTR);
        if (result < 0) {
            throw VfioException.of("poll", -result, fd.subject());
        }
        return (pollfd.get(ValueLayout.JAVA_SHORT, Integer.BYTES + Short.BYTES) & Abi.POLLOUT) != 0;
    }

    /**
     * Takes the count and sets it to 0; never waits.
     *
     * @return the count, unsigned; 0 if nothing was signalled
     * @throws IllegalStateException if this is closed
     */
    public long drain() {
        return EventFd.drain(sys, fd, true);
    }

    /** Whether a write is under way. */
    boolean isWriting() {
        return state != IDLE;
    }

    /** Whether {@link #close} has been called, and nobody writes any more. */
    boolean isOver() {
        return closed && state == IDLE;
    }

    /**
     * Frees the writer if it takes too long; on the watchdog's thread.
     *
     * @param now by {@link System#nanoTime}
     * @param limit how long a write may take
     * @return whether a write takes too long: look again soon
     */
    boolean rescue(long now, long limit) {
        if (state == IDLE) {
            return false;
        }
        if (writes != seenWrite) {
            seenWrite = writes;
            seenAt = now;
        }
        if (now - seenAt < limit || !STATE.compareAndSet(this, WRITING, RESCUED)) {
            return false;
        }
        try {
            EventFd.drain(sys, number, ThreadMemory.current().scratch());
        } finally {
            state = WRITING;
        }
        if (!heldUp) {
            heldUp = true;
            end();
        }
        return true;
    }

    private void end() {
        LOG.log(System.Logger.Level.WARNING, "{0} was made to block whoever signals it, and is signalled no more", fd);
        if (!closed) {
            try {
                onHeldUp.run();
            } catch (RuntimeException e) {
                LOG.log(System.Logger.Level.WARNING, "whoever passed " + fd + " cannot be ended", e);
            }
        }
    }

    /** Closes the descriptor; a write under way ends first, which the watchdog sees to. Idempotent. */
    @Override
    public void close() {
        closed = true;
        fd.close();
        if (watched && !isWriting()) {
            watchdog.remove(this);
        }
    }
}
