// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.sys;

import io.jvfio.Closing;
import io.jvfio.Errno;
import io.jvfio.Fd;
import io.jvfio.VfioException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A connected UNIX stream socket that passes descriptors beside its bytes ({@code unix(7)}, {@code SCM_RIGHTS}).
 *
 * <p>Threads: one sender and one receiver at a time; {@link #shutdown} and {@link #close} on any thread. Sending and
 * receiving block, and pin the carrier of a virtual thread.
 */
public final class UnixSocket implements AutoCloseable {
    private static final long CONNECT_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    private final SystemCalls sys;
    private final Descriptor fd;
    private final Arena arena = Arena.ofShared();
    private final SocketMessage outgoing = new SocketMessage(arena);
    private final SocketMessage incoming = new SocketMessage(arena);

    /** Whether what the peer sends is closed by whoever closes it. */
    private volatile boolean trusted;

    /** How long a call waits; 0 is without limit. Of an end that is nobody else's the kernel knows it. */
    private volatile long receiveLimitMillis;

    private volatile long sendLimitMillis;

    /** Closes what the peer has sent. */
    private final PeerCloser closer;

    /** Whether the peer may have this end too: then it can change what calls do that do not say for themselves. */
    private final boolean shared;

    private UnixSocket(SystemCalls sys, Descriptor fd, boolean shared) {
        this.sys = sys;
        this.fd = fd;
        this.shared = shared;
        this.closer = new PeerCloser(sys, fd.subject());
    }

    private UnixSocket(SystemCalls sys, Descriptor fd) {
        this(sys, fd, false);
    }

    /** A socket that is connected already; it belongs to the result. */
    public static UnixSocket of(SystemCalls sys, Descriptor connected) {
        return new UnixSocket(sys, connected);
    }

    /**
     * A socket that is connected already, and which a peer has sent, who may have kept it: no call depends on what he does
     * to it.
     */
    public static UnixSocket received(SystemCalls sys, Descriptor connected) {
        return new UnixSocket(sys, connected, true);
    }

    /**
     * Connects to a server. The queue of one that does not accept is full sooner or later: then this waits, up to a limit.
     *
     * @param path of the socket, at most 107 bytes
     * @param patience how long to wait for room in the server's queue; zero does not wait
     * @throws IllegalArgumentException if the path is too long
     * @throws VfioException if nobody listens there, or with EAGAIN if the queue stays full
     */
    public static UnixSocket connect(SystemCalls sys, String path, Duration patience) {
        int result = sys.socket(Abi.AF_UNIX, Abi.SOCK_STREAM | Abi.SOCK_CLOEXEC | Abi.SOCK_NONBLOCK, 0);
        Descriptor fd = Descriptor.of(sys, result, "socket", path);
        try (Arena arena = Arena.ofConfined()) {
            connect(sys, fd, UnixAddress.of(arena, path), patience);
        } catch (RuntimeException e) {
            throw Closing.after(e, fd);
        }
        return new UnixSocket(sys, fd);
    }

    /** Of this kind of socket a connect that would wait is not begun, but refused: it is made again. */
    private static void connect(SystemCalls sys, Descriptor fd, MemorySegment address, Duration patience) {
        int number = fd.acquire();
        try {
            long deadline = System.nanoTime() + patience.toNanos();
            int result = sys.connect(number, address, (int) address.byteSize());
            while (result == -Errno.EINTR || result == -Errno.EAGAIN && System.nanoTime() - deadline < 0) {
                if (result == -Errno.EAGAIN) {
                    LockSupport.parkNanos(CONNECT_PAUSE_NANOS);
                }
                result = sys.connect(number, address, (int) address.byteSize());
            }
            if (result == -Errno.EAGAIN) {
                throw new VfioException(
                        "connect",
                        Errno.EAGAIN,
                        fd.subject(),
                        "the queue of its server is full: it does not accept, or has too many clients waiting");
            }
            if (result < 0) {
                throw VfioException.of("connect", -result, fd.subject());
            }
            result = sys.fcntl(number, Abi.F_SETFL, Abi.O_RDWR); // nobody else has this end
            if (result < 0) {
                throw VfioException.of("fcntl", -result, fd.subject());
            }
        } finally {
            fd.release();
        }
    }

    /** Two sockets, each connected to the other. */
    public static List<UnixSocket> pair(SystemCalls sys) {
        MemorySegment pair = ThreadMemory.current().scratch();
        int result = sys.socketpair(Abi.AF_UNIX, Abi.SOCK_STREAM | Abi.SOCK_CLOEXEC, 0, pair);
        if (result < 0) {
            throw VfioException.of("socketpair", -result, "socket pair");
        }
        int first = pair.getAtIndex(ValueLayout.JAVA_INT, 0);
        int second = pair.getAtIndex(ValueLayout.JAVA_INT, 1);
        return List.of(
                new UnixSocket(sys, Descriptor.of(sys, first, "socketpair", "socket pair")),
                new UnixSocket(sys, Descriptor.of(sys, second, "socketpair", "socket pair")));
    }

    /**
     * Has the descriptors that come from now on closed by whoever closes them, at that moment: for a peer who means well, and
     * devices that somebody else will open next.
     */
    public void trustPeer() {
        trusted = true;
    }

    /** Who is at the other end, as the kernel noted it when the connection was made ({@code SO_PEERCRED}). */
    public PeerCredentials peer() {
        return PeerCredentials.of(sys, fd);
    }

    /** The descriptor, borrowed, for waiting. */
    public Descriptor fd() {
        return fd;
    }

    /**
     * Limits how long the kernel waits in each call that sends or receives; at first there is no limit.
     *
     * @param millis milliseconds, more than 0
     * @throws VfioException if the kernel refuses
     */
    public void limitWaits(long millis) {
        if (millis <= 0) {
            throw new IllegalArgumentException("a time limit of " + millis + " ms");
        }
        limit(Abi.SO_RCVTIMEO, millis);
        receiveLimitMillis = millis;
        limitSends(millis);
    }

    /** Limits how long the kernel waits in each call that sends, as {@link #limitWaits} does for both directions. */
    public void limitSends(long millis) {
        limit(Abi.SO_SNDTIMEO, millis);
        sendLimitMillis = millis;
    }

    private void limit(int option, long millis) {
        if (shared) {
            return;
        }
        MemorySegment timeval = ThreadMemory.current().scratch();
        timeval.set(ValueLayout.JAVA_LONG, 0, millis / 1000);
        timeval.set(ValueLayout.JAVA_LONG, Long.BYTES, millis % 1000 * 1000);
        int number = fd.acquire();
        try {
            int result = sys.setsockopt(number, Abi.SOL_SOCKET, option, timeval);
            if (result < 0) {
                throw VfioException.of("setsockopt", -result, fd.subject());
            }
        } finally {
            fd.release();
        }
    }

    /**
     * Sends all bytes; the descriptors travel with the first of them. Blocks.
     *
     * @param bytes native, 1 or more
     * @param fds at most 253, borrowed: the peer gets duplicates
     * @throws VfioException with EPIPE if the peer is gone; part of the bytes may have been sent then
     */
    public void send(MemorySegment bytes, List<? extends Fd> fds) {
        send(bytes, bytes.byteSize(), fds);
    }

    /**
     * Sends the first bytes of a buffer, as {@link #send(MemorySegment, List)} does. Allocates nothing without
     * descriptors.
     *
     * @param bytes native
     * @param size how many of them, 1 or more
     * @param fds at most 253, borrowed: the peer gets duplicates
     * @throws VfioException with EPIPE if the peer is gone, EAGAIN if the time limit is over; part of the bytes may have
     *     been sent then
     */
    public void send(MemorySegment bytes, long size, List<? extends Fd> fds) {
        if (size <= 0 || size > bytes.byteSize() || !bytes.isNative() || fds.size() > SocketMessage.MAX_FDS) {
            throw new IllegalArgumentException("cannot send " + size + " bytes with " + fds.size() + " descriptors");
        }
        int number = fd.acquire();
        int held = 0;
        try {
            outgoing.prepare(bytes, 0, size, fds.size());
            for (; held < fds.size(); held++) {
                Fd passed = fds.get(held);
                outgoing.fd(held, passed.acquire());
                if (passed instanceof Descriptor own) {
                    own.share();
                }
            }
            long sent = transfer(true, number, outgoing);
            while (sent > 0 && sent < size) {
                outgoing.prepare(bytes, sent, size - sent, 0);
                long more = transfer(true, number, outgoing);
                sent = more < 0 ? more : sent + more;
            }
            if (sent < 0) {
                throw VfioException.of("sendmsg", (int) -sent, fd.subject());
            }
        } finally {
            for (int i = 0; i < held; i++) {
                fds.get(i).release();
            }
            fd.release();
        }
    }

    /**
     * Receives what there is, up to the target's size. Blocks until there is something.
     *
     * @param target native, 1 byte or more
     * @param maxFds how many descriptors are taken, 0 to 253
     * @param fds gets the received descriptors: close-on-exec, owned by the caller
     * @return the number of bytes, 0 if the peer has closed its end
     * @throws VfioException with EMSGSIZE if more descriptors came, or they found no room in this process: all that came
     *     are closed, and the connection is of no use any more
     */
    public int receive(MemorySegment target, int maxFds, List<? super Descriptor> fds) {
        long result = receive(target, 0, target.byteSize(), maxFds, fds);
        if (result < 0) {
            throw VfioException.of("recvmsg", (int) -result, fd.subject());
        }
        return (int) result;
    }

    /**
     * Receives into a part of a buffer, as {@link #receive(MemorySegment, int, List)} does. Allocates nothing if no
     * descriptor comes.
     *
     * @param target native
     * @param offset where in it, in bytes
     * @param size at most how many bytes, 1 or more
     * @param maxFds how many descriptors are taken, 0 to 253
     * @param fds gets the received descriptors: close-on-exec, owned by the caller
     * @return the number of bytes, 0 if the peer has closed its end, or {@code -EAGAIN} if the time limit is over
     * @throws VfioException as the other {@code receive}
     */
    public long receive(MemorySegment target, long offset, long size, int maxFds, List<? super Descriptor> fds) {
        if (size <= 0 || !target.isNative() || maxFds < 0 || maxFds > SocketMessage.MAX_FDS) {
            throw new IllegalArgumentException("cannot receive " + size + " bytes with " + maxFds + " descriptors");
        }
        Objects.checkFromIndexSize(offset, size, target.byteSize());
        int number = fd.acquire();
        try {
            if (maxFds > 0) {
                closer.awaitRoom();
            }
            incoming.prepare(target, offset, size, maxFds);
            long result = transfer(false, number, incoming);
            if (result >= 0 && incoming.broughtControl()) {
                takeFds(maxFds, fds);
            }
            return result;
        } finally {
            fd.release();
        }
    }

    private void takeFds(int maxFds, List<? super Descriptor> fds) {
        List<Descriptor> arrived = new ArrayList<>(maxFds);
        boolean complete = incoming.received(n -> arrived.add(taken(n, "descriptor from " + fd.subject())));
        if (!complete) {
            VfioException failure =
                    VfioException.of("recvmsg", Errno.EMSGSIZE, fd.subject() + ", at most " + maxFds + " descriptors");
            throw Closing.after(failure, arrived.toArray(AutoCloseable[]::new));
        }
        arrived.forEach(fds::add);
    }

    private Descriptor taken(int number, String subject) {
        return trusted
                ? Descriptor.of(sys, number, "recvmsg", subject)
                : Descriptor.received(sys, number, subject, closer);
    }

    /** One call, after waiting if the socket is non-blocking; the number of bytes, or {@code -EAGAIN} at the time limit. */
    private long transfer(boolean send, int number, SocketMessage message) {
        int flags = (send ? Abi.MSG_NOSIGNAL : Abi.MSG_CMSG_CLOEXEC) | (shared ? Abi.MSG_DONTWAIT : 0);
        long limit = send ? sendLimitMillis : receiveLimitMillis;
        long start = shared ? System.nanoTime() : 0;
        while (true) {
            long result =
                    send ? sys.sendmsg(number, message.header(), flags) : sys.recvmsg(number, message.header(), flags);
            if (result >= 0) {
                return result;
            }
            if (result != -Errno.EAGAIN) {
                throw VfioException.of(send ? "sendmsg" : "recvmsg", (int) -result, fd.subject());
            }
            long left = limit <= 0 ? -1 : shared ? limit - (System.nanoTime() - start) / 1_000_000 : 0;
            if (limit > 0 && left <= 0) {
                return result;
            }
            awaitReady(number, send ? Abi.POLLOUT : Abi.POLLIN, (int) Math.min(left, Integer.MAX_VALUE));
        }
    }

    private void awaitReady(int number, int events, int millis) {
        MemorySegment pollfd = ThreadMemory.current().scratch();
        pollfd.set(ValueLayout.JAVA_INT, 0, number);
        pollfd.set(ValueLayout.JAVA_SHORT, 4, (short) events);
        int result = sys.poll(pollfd, 1, millis);
        if (result < 0 && result != -Errno.EINTR) {
            throw VfioException.of("poll", -result, fd.subject());
        }
    }

    /** Ends the connection in both directions: blocked calls of both sides return. The descriptor stays open. */
    public void shutdown() {
        int number = fd.acquire();
        try {
            int result = sys.shutdown(number, Abi.SHUT_RDWR);
            if (result < 0 && result != -Errno.ENOTCONN) {
                throw VfioException.of("shutdown", -result, fd.subject());
            }
        } finally {
            fd.release();
        }
    }

    private boolean isEmpty() {
        MemorySegment count = ThreadMemory.current().scratch();
        count.set(ValueLayout.JAVA_INT, 0, 0);
        // What does not answer is no socket, but something that a peer has sent as one: that has its own way to close.
        return fd.ioctl(Abi.FIONREAD, count) < 0 || count.get(ValueLayout.JAVA_INT, 0) == 0;
    }

    /** How many descriptors of the peer are not closed yet, because that waits for somebody. */
    public int closing() {
        return closer.pending();
    }

    /** Closes the socket here alone: another process that has a duplicate goes on using the connection. Idempotent. */
    public synchronized void handOver() {
        fd.close();
        close();
    }

    /**
     * Wakes blocked calls and closes the socket. What the peer has sent and nobody has read may have descriptors in it,
     * which the kernel closes with the socket; so a socket that is not empty is closed on the peer's own thread. Idempotent.
     */
    @Override
    public synchronized void close() {
        if (fd.isOpen()) {
            try {
                shutdown(); // nothing more comes in
            } finally {
                if (isEmpty()) {
                    fd.close();
                } else {
                    fd.closeBy(closer);
                }
            }
        }
        if (arena.scope().isAlive()) {
            arena.close();
        }
    }
}
