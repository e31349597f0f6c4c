// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.sys;

import io.jvfio.Errno;
import io.jvfio.Fd;
import io.jvfio.VfioException;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * An open file descriptor with an owner: what core makes of each number that it opens, receives or adopts.
 *
 * <p>The state word holds a closed bit and the number of uses under way. The thread that brings the word to "closed and
 * unused" closes the number, and as only one transition does so, it is closed once: by {@link #close} if nobody uses it,
 * else by the last {@link #release}. A number must never be closed twice, because the kernel may have given it to
 * another file in between.
 *
 * <p>Threads: thread-safe; {@link #acquire} and {@link #release} take no lock and allocate nothing.
 */
public final class Descriptor implements Fd {

    /** How long {@link #close} waits for the uses under way. */
    static final long CLOSE_WAIT_MILLIS = 1000;

    /** The sign bit of the state word: {@link #close} has been called. The other bits count the uses. */
    private static final int CLOSED = 1 << 31;

    private static final int USES = ~CLOSED;

    private static final System.Logger LOG = System.getLogger("io.jvfio");
    private static final VarHandle STATE;

    static {
        try {
            STATE = MethodHandles.lookup().findVarHandle(Descriptor.class, "state", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final SystemCalls sys;
    private final int number;
    private final String subject;
    private final CountDownLatch gone = new CountDownLatch(1);

    /** Whether another process may have the open file: one answer for this descriptor and its duplicates. */
    private final AtomicBoolean shared;

    /** Closes it if that may wait for somebody else; null if it cannot. */
    private volatile @Nullable PeerCloser closer;

    @SuppressWarnings("FieldMayBeFinal") // changed through STATE
    private volatile int state;

    private Descriptor(SystemCalls sys, int number, String subject, AtomicBoolean shared) {
        this.sys = sys;
        this.number = number;
        this.subject = subject;
        this.shared = shared;
    }

    /**
     * Opens a file, close-on-exec.
     *
     * @param sys the system calls, also for the later close
     * @param path of the file; the subject of errors
     * @param flags {@code O_*}, without {@code O_CREAT}
     * @throws VfioException if it cannot be opened
     */
    public static Descriptor open(SystemCalls sys, String path, int flags) {
        return of(sys, sys.open(path, flags | Abi.O_CLOEXEC, 0), "open", path);
    }

    /**
     * Takes over the result of a call that makes a close-on-exec descriptor.
     *
     * @param sys the system calls, for the later close
     * @param result the call's result: the number, or {@code -errno}
     * @param call the call's name for the error
     * @param subject what the descriptor is, for errors
     * @throws VfioException if the result is an error
     */
    public static Descriptor of(SystemCalls sys, int result, String call, String subject) {
        if (result < 0) {
            throw VfioException.of(call, -result, subject);
        }
        return new Descriptor(sys, result, subject, new AtomicBoolean());
    }

    /**
     * Takes over a descriptor that a peer has sent. Nothing is asked of its file but what the kernel answers by itself; if
     * it is of a kind whose close may wait, it is closed on a thread of that peer's own.
     */
    static Descriptor received(SystemCalls sys, int number, String subject, PeerCloser closer) {
        Descriptor received = new Descriptor(sys, number, subject, new AtomicBoolean(true));
        received.closer = closer;
        return received;
    }

    /**
     * Takes over a number that this process got from elsewhere: inherited, or from a service manager. From here on this
     * object owns it, and nobody else may close it. It is set to close-on-exec.
     *
     * @param sys the system calls, also for the later close
     * @param number the open descriptor
     * @param subject what the descriptor is, for errors
     * @throws IllegalArgumentException if the number is negative
     * @throws VfioException with EBADF if no file is open under this number; it is not taken over then
     */
    public static Descriptor adopt(SystemCalls sys, int number, String subject) {
        if (number < 0) {
            throw new IllegalArgumentException("file descriptor " + number + " (" + subject + ") is negative");
        }
        int flags = sys.fcntl(number, Abi.F_GETFD, 0);
        int result = flags < 0 ? flags : sys.fcntl(number, Abi.F_SETFD, flags | Abi.FD_CLOEXEC);
        if (result < 0) {
            throw VfioException.of("fcntl", -result, "file descriptor " + number + " (" + subject + ")");
        }
        return new Descriptor(sys, number, subject, new AtomicBoolean(true));
    }

    @Override
    public String subject() {
        return subject;
    }

    @Override
    public int acquire() {
        int now = state;
        while (true) {
            if (now < 0) {
                throw new IllegalStateException(subject + " is closed");
            }
            if (now == USES) {
                throw new IllegalStateException(subject + " is acquired too often; a release is missing");
            }
            int seen = (int) STATE.compareAndExchange(this, now, now + 1);
            if (seen == now) {
                return number;
            }
            now = seen;
        }
    }

    @Override
    public void release() {
        int now = state;
        while (true) {
            if ((now & USES) == 0) {
                throw new IllegalStateException(subject + " is released more often than acquired");
            }
            int seen = (int) STATE.compareAndExchange(this, now, now - 1);
            if (seen == now) {
                break;
            }
            now = seen;
        }
        if (now - 1 == CLOSED) {
            end();
        }
    }

    @Override
    public boolean isOpen() {
        return state >= 0;
    }

    @Override
    public Descriptor duplicate() {
        return duplicate(sys, this);
    }

    /**
     * Another descriptor of the file that somebody else owns, owned by the caller.
     *
     * @param sys the system calls, also for the later close
     * @param fd borrowed
     * @throws IllegalStateException if it is closed
     * @throws VfioException if the process has no descriptor left (EMFILE)
     */
    public static Descriptor duplicate(SystemCalls sys, Fd fd) {
        int result = sys.fcntl(fd.acquire(), Abi.F_DUPFD_CLOEXEC, 0);
        fd.release();
        if (result < 0) {
            throw VfioException.of("fcntl", -result, fd.subject());
        }
        if (!(fd instanceof Descriptor original)) {
            return new Descriptor(sys, result, fd.subject(), new AtomicBoolean(true));
        }
        Descriptor own = new Descriptor(sys, result, fd.subject(), original.shared);
        own.closer = original.closer;
        return own;
    }

    /** Notes that another process gets the open file, by this descriptor or a duplicate; call it before that is so. */
    public void share() {
        shared.set(true);
    }

    /**
     * Whether another process may have the open file, and so change how calls on it behave: whether they wait, for one.
     * Once so it stays so. Reads one word.
     */
    boolean isShared() {
        return shared.get();
    }

    @Override
    public void close() {
        int before = (int) STATE.getAndBitwiseOr(this, CLOSED);
        if (before == 0) {
            end();
            return;
        }
        try {
            if (!gone.await(CLOSE_WAIT_MILLIS, TimeUnit.MILLISECONDS)) {
                LOG.log(System.Logger.Level.DEBUG, "{0} is still in use; its last user closes it", this);
            }
        } catch (InterruptedException e) {
            // The close is under way and needs nothing more from this thread.
            Thread.currentThread().interrupt();
        }
    }

    /**
     * {@code ioctl} with a struct, for as long as the call runs protected from {@link #close}.
     *
     * @return the result or {@code -errno}
     * @throws IllegalStateException if this descriptor is closed
     */
    public int ioctl(long request, MemorySegment argument) {
        int fd = acquire();
        try {
            return sys.ioctl(fd, request, argument);
        } finally {
            release();
        }
    }

    /** As {@link #ioctl(long, MemorySegment)}, with the argument by value. */
    public int ioctl(long request, long argument) {
        int fd = acquire();
        try {
            return sys.ioctl(fd, request, argument);
        } finally {
            release();
        }
    }

    /**
     * {@code pread}, protected from {@link #close}; allocates nothing.
     *
     * @return the number of bytes or {@code -errno}
     * @throws IllegalStateException if this descriptor is closed
     */
    public long pread(MemorySegment target, long size, long offset) {
        int fd = acquire();
        try {
            return sys.pread(fd, target, size, offset);
        } finally {
            release();
        }
    }

    /**
     * {@code pwrite}, protected from {@link #close}; allocates nothing.
     *
     * @return the number of bytes or {@code -errno}
     * @throws IllegalStateException if this descriptor is closed
     */
    public long pwrite(MemorySegment source, long size, long offset) {
        int fd = acquire();
        try {
            return sys.pwrite(fd, source, size, offset);
        } finally {
            release();
        }
    }

    /** Has it closed on a thread of a peer's own, because what lies in it may hold up whoever closes it. */
    void closeBy(PeerCloser other) {
        closer = other;
        close();
    }

    /** Runs once, in the thread that brought the state to "closed and unused". */
    private void end() {
        PeerCloser other = closer;
        if (other != null && !FileKind.closesAtOnce(sys, number)) {
            other.close(number);
            gone.countDown();
            return;
        }
        int result = sys.close(number);
        gone.countDown();
        if (result < 0) {
            // The number is gone whatever the error (close(2)); EBADF means that somebody else closed it.
            LOG.log(System.Logger.Level.WARNING, "closing {0} failed: {1}", this, Errno.name(-result));
        }
    }

    /** {@code fd 7 (/dev/vfio/vfio)}. */
    @Override
    public String toString() {
        return "fd " + number + " (" + subject + ")";
    }
}
