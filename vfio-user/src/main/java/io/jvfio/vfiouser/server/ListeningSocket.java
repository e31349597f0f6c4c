// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vfiouser.server;

import io.jvfio.Closing;
import io.jvfio.Errno;
import io.jvfio.VfioException;
import io.jvfio.internal.sys.Abi;
import io.jvfio.internal.sys.Descriptor;
import io.jvfio.internal.sys.EventFd;
import io.jvfio.internal.sys.Poller;
import io.jvfio.internal.sys.SystemCalls;
import io.jvfio.internal.sys.UnixListener;
import io.jvfio.internal.sys.UnixSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where clients connect: a socket of this process's own in the file system, or one that a service manager made.
 *
 * <p>Threads: {@link #accept} on one thread at a time; {@link #close} on any.
 */
final class ListeningSocket implements AutoCloseable {
    private static final int BACKLOG = 16;
    private static final long PAUSE_NANOS = 100_000_000;

    /** So many clients may have left something that does not close; each has a thread and some descriptors. */
    private static final int MOST_LEFT = 8;

    private final UnixListener listener;
    private final @Nullable SocketFile file;
    private final EventFd wake;
    private final Poller poller;
    private volatile boolean closed;

    /** What was accepted, is closed, and has left something whose close waits for somebody; and what is open yet. */
    private final List<UnixSocket> accepted = new ArrayList<>();

    private ListeningSocket(SystemCalls sys, UnixListener listener, @Nullable SocketFile file) {
        this.listener = listener;
        this.file = file;
        this.wake = EventFd.open(sys);
        this.poller = new Poller(sys, 2);
        poller.set(0, listener.fd(), Abi.POLLIN);
        poller.set(1, wake.fd(), Abi.POLLIN);
    }

    /**
     * Makes a socket for the user of this process alone.
     *
     * @throws VfioException with EADDRINUSE if there is a file of that name that is no socket left by a dead server
     */
    static ListeningSocket open(SystemCalls sys, Path path) {
        SocketFile file = SocketFile.create(sys, path, BACKLOG);
        try {
            return new ListeningSocket(sys, file.listener(), file);
        } catch (RuntimeException e) {
            throw Closing.after(e, file);
        }
    }

    /** Takes over a socket that listens already. */
    static ListeningSocket adopt(SystemCalls sys, Descriptor listening) {
        UnixListener listener = UnixListener.adopt(sys, listening);
        try {
            return new ListeningSocket(sys, listener, null);
        } catch (RuntimeException e) {
            throw Closing.after(e, listener);
        }
    }

    /**
     * Waits for the next connection, {@link #wake}, {@link #close}, or the end of the time. Takes none while too much that
     * came from earlier ones does not close.
     *
     * @param timeoutNanos a negative number waits without end
     * @return the connection, or null
     */
    @Nullable UnixSocket accept(long timeoutNanos) {
        accepted.removeIf(socket -> !socket.fd().isOpen() && socket.closing() == 0);
        if (accepted.stream().filter(socket -> !socket.fd().isOpen()).count() >= MOST_LEFT) {
            pause();
            return null;
        }
        poller.await(timeoutNanos);
        if (poller.ready(1) != 0 && !closed) {
            wake.drain();
        }
        if (poller.ready(0) != 0 && !closed) {
            try {
                UnixSocket socket = listener.accept();
                accepted.add(socket);
                return socket;
            } catch (VfioException e) {
                // Somebody else who listens at an inherited socket was faster, or the client has gone again.
                if (e.errno() != Errno.EAGAIN && e.errno() != Errno.ECONNABORTED) {
                    throw e;
                }
            }
        }
        return null;
    }

    /** Ends the wait in {@link #accept}, or else the next. */
    void wake() {
        wake.signal(1);
    }

    /** Waits a moment, after an error that would come again at once; {@link #close} ends it. */
    void pause() {
        poller.clear(0);
        try {
            poller.await(PAUSE_NANOS);
        } finally {
            poller.set(0, listener.fd(), Abi.POLLIN);
        }
    }

    /** Wakes {@link #accept}, which must have returned before {@link #release}. Idempotent. */
    @Override
    public void close() {
        if (!closed) {
            closed = true;
            Closing steps = new Closing();
            steps.attempt(() -> wake.signal(1));
            if (file != null) {
                steps.attempt(file::unlink);
            }
            steps.throwFirst();
        }
    }

    /** Gives back what is left once nobody is in {@link #accept}. Idempotent. */
    void release() {
        Closing steps = new Closing();
        steps.attempt(poller::close);
        steps.attempt(wake::close);
        if (file != null) {
            steps.attempt(file::close);
        }
        steps.attempt(listener::close);
        steps.throwFirst();
    }
}
