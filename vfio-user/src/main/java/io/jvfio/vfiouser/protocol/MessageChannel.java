// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vfiouser.protocol;

import io.jvfio.Errno;
import io.jvfio.Fd;
import io.jvfio.VfioException;
import io.jvfio.internal.sys.Descriptor;
import io.jvfio.internal.sys.PeerCredentials;
import io.jvfio.internal.sys.UnixSocket;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Messages over a UNIX stream socket. Each is sent by one {@code sendmsg}, header and payload together with the
 * descriptors, because some peers cannot take it in pieces; pieces are taken in.
 *
 * <p>A message may bring so many descriptors and no more. One that brings more, at once or bit by bit, loses them all, each
 * as it comes, and is refused ({@link Message#checkFds}): what is held for a peer is never more than one call of the kernel
 * brings and what one message may have.
 *
 * <p>Threads: one sender and one receiver at a time, which may be the same; {@link #shutdown} on any thread. Blocks, and
 * pins the carrier of a virtual thread. Neither direction allocates for messages that fit the buffer and bring no
 * descriptors.
 */
public final class MessageChannel implements AutoCloseable {
    /**
     * The most data that one message carries to a peer, whatever was negotiated: more than a socket's buffer takes at
     * once goes out in segments, and several peers cannot take those.
     */
    public static final int MOST_DATA = 128 * 1024;

    /** What the kernel passes at once. */
    private static final int MOST_FDS = 253;

    /** What {@link #receive} ended with. */
    public enum Outcome {
        /** A whole message is there. */
        MESSAGE,
        /** The peer has closed the connection, perhaps inside of a message. */
        CLOSED,
        /** The time limit of {@link #limitWaits} is over; what came of a message is kept, and the call may be repeated. */
        TIMEOUT
    }

    private final UnixSocket socket;
    private final int mostFds;

    /** How many bytes of the receiving buffer are filled, and how many of them are the message that was handed out. */
    private int filled;

    private int handedOut;

    /** When the first piece of an unfinished message came, by {@link System#nanoTime}; 0 if there is none. */
    private long begunAt;

    private long limitNanos;

    /** Descriptors that came with a message that is not at the front yet: what one call brought, or nothing. */
    private final List<Descriptor> early = new ArrayList<>();

    /**
     * Takes the socket over.
     *
     * @param mostFds how many descriptors a received message may bring, 0 to 253
     */
    public MessageChannel(UnixSocket socket, int mostFds) {
        this.socket = socket;
        this.mostFds = mostFds;
    }

    /** The descriptor, borrowed, for waiting. Ask {@link #hasMessage} before: what was read ahead is not in the socket. */
    public Descriptor fd() {
        return socket.fd();
    }

    /** Who is at the other end. */
    public PeerCredentials peer() {
        return socket.peer();
    }

    /** Limits how long a call waits for the socket, and how long a message may take from its first byte to its last. */
    public void limitWaits(long millis) {
        socket.limitWaits(millis);
        limitNanos = TimeUnit.MILLISECONDS.toNanos(millis);
    }

    /** Limits how long a call waits for room in the socket; receiving stays as it is. */
    public void limitSends(long millis) {
        socket.limitSends(millis);
    }

    /**
     * Sends a message. Blocks while the socket is full.
     *
     * @param fds borrowed; they travel with the header
     * @throws VfioException with EPIPE if the peer is gone, EAGAIN if the time limit is over; the connection is of no use
     *     after any failure
     */
    public void send(Message message, List<? extends Fd> fds) {
        socket.send(message.bytes(), message.size(), fds);
    }

    /** Whether bytes behind the message that was handed out have been read: a message, or a part of one. */
    public boolean hasRest() {
        return filled > handedOut;
    }

    /** Whether a whole message has been read ahead into this buffer, so that {@link #receive} will not block. */
    public boolean hasMessage(Message into) {
        int rest = filled - handedOut;
        if (rest < Message.HEADER) {
            return false;
        }
        settle(into);
        return isWhole(into);
    }

    /** Whether nothing more is needed for the message at the front: it is whole, or its size is not allowed. */
    private boolean isWhole(Message into) {
        return filled >= Message.HEADER && (!into.isAcceptable(into.namedSize()) || filled >= into.namedSize());
    }

    /** Whether a part of a message has come, of which {@link #receive} still waits for the rest. */
    public boolean hasPart() {
        return filled > handedOut;
    }

    /**
     * Receives the next message. Always give the same buffer: what was read ahead is in it. Closes the descriptors of
     * the message before.
     *
     * @param into gets the message
     * @param expected how many bytes to ask for at once, header included: if the next message is no longer, one system call
     *     reads it, and what comes behind it. {@link Message#HEADER} reads nothing ahead
     * @throws ProtocolException with EMSGSIZE if the header names a size that is not allowed: the header is readable,
     *     so that it can be answered, but the stream cannot be followed any more
     * @throws VfioException if the socket fails, or EMSGSIZE if descriptors were lost; the connection is of no use then
     */
    public Outcome receive(Message into, int expected) {
        settle(into);
        while (true) {
            if (filled >= Message.HEADER) {
                checkSize(into);
                int whole = into.namedSize();
                if (filled >= whole) {
                    into.acceptSize();
                    handedOut = whole;
                    return Outcome.MESSAGE;
                }
                into.grow(whole);
                Outcome end = fill(into, whole);
                if (end != Outcome.MESSAGE) {
                    return end;
                }
            } else {
                Outcome end = fill(into, Math.max(Math.min(expected, Message.HEADER + into.limit()), Message.HEADER));
                if (end != Outcome.MESSAGE) {
                    return end;
                }
            }
        }
    }

    /** Reads up to {@code target} bytes in all; descriptors belong to the message that begins last in what was read. */
    private Outcome fill(Message into, int target) {
        into.grow(target);
        long result = socket.receive(into.bytes(), filled, target - (long) filled, MOST_FDS, early);
        if (result == -Errno.EAGAIN) {
            return Outcome.TIMEOUT;
        }
        if (result <= 0) {
            closeEarly();
            return Outcome.CLOSED;
        }
        filled += (int) result;
        giveEarly(into);
        return !isWhole(into) && isLate() ? Outcome.TIMEOUT : Outcome.MESSAGE;
    }

    /** Whether a message that comes in pieces takes too long in all. */
    private boolean isLate() {
        long now = System.nanoTime();
        if (begunAt == 0) {
            begunAt = now | 1;
        }
        return limitNanos > 0 && now - begunAt > limitNanos;
    }

    /** Whether behind the message at the front of the buffer another begins. */
    private boolean anotherBegins(Message into) {
        return filled > Message.HEADER && into.isAcceptable(into.namedSize()) && filled > into.namedSize();
    }

    /** Drops the message that was handed out and moves what follows it to the front. */
    private void settle(Message into) {
        if (handedOut == 0) {
            return;
        }
        into.closeFds();
        int rest = filled - handedOut;
        if (rest > 0) {
            MemorySegment.copy(into.bytes(), handedOut, into.bytes(), 0, rest);
        }
        filled = rest;
        handedOut = 0;
        begunAt = 0;
        giveEarly(into);
    }

    /** Gives the message at the front the descriptors that came with it. */
    private void giveEarly(Message into) {
        if (!early.isEmpty() && !anotherBegins(into)) {
            into.addFds(early, mostFds);
            early.clear();
        }
    }

    private void checkSize(Message into) {
        int whole = into.namedSize();
        if (!into.isAcceptable(whole)) {
            into.closeFds();
            closeEarly();
            throw new ProtocolException(
                    Errno.EMSGSIZE,
                    into.name(),
                    "a message of " + Integer.toUnsignedString(whole) + " bytes; 16 to "
                            + (Message.HEADER + into.limit()) + " are possible");
        }
    }

    private void closeEarly() {
        early.forEach(Descriptor::close);
        early.clear();
    }

    /** Ends the connection: blocked calls return. */
    public void shutdown() {
        socket.shutdown();
    }

    /** Wakes blocked calls and closes the socket, and the descriptors of a message read ahead. Idempotent. */
    @Override
    public void close() {
        try (socket) {
            closeEarly();
        }
    }
}
