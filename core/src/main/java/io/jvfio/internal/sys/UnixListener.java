// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.sys;

import io.jvfio.Closing;
import io.jvfio.Errno;
import io.jvfio.VfioException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A UNIX stream socket in the file system that accepts connections.
 *
 * <p>Threads: thread-safe. {@link #accept} blocks, and pins the carrier of a virtual thread.
 */
public final class UnixListener implements AutoCloseable {
    private final SystemCalls sys;
    private final Descriptor fd;
    private final String path;

    /** Whether this object made the socket, and so ends it; else others listen at it too. */
    private final boolean made;

    private UnixListener(SystemCalls sys, Descriptor fd, String path, boolean made) {
        this.sys = sys;
        this.fd = fd;
        this.path = path;
        this.made = made;
    }

    /**
     * A socket that listens already, made by a service manager that goes on holding it. {@link #close} leaves the socket
     * and its path alone, and so cannot wake {@link #accept}: wait for {@link #fd} first.
     *
     * @param listening taken over
     */
    public static UnixListener adopt(SystemCalls sys, Descriptor listening) {
        return new UnixListener(sys, listening, listening.subject(), false);
    }

    /**
     * Listens at a path that does not exist yet. Who may connect is decided by the permissions of its folder and the
     * umask of the process.
     *
     * @param path of any length; clients need one of at most 107 bytes, which {@link UnixAddress#check} asks for
     * @param backlog how many connections may wait to be accepted
     * @throws VfioException with EADDRINUSE if the path exists
     */
    public static UnixListener open(SystemCalls sys, String path, int backlog) {
        if (UnixAddress.fits(path)) {
            return open(sys, path, path, backlog);
        }
        // By its descriptor the folder has a short name, whatever it is called.
        Path file = Path.of(path);
        String folder = String.valueOf(file.getParent());
        try (Descriptor opened =
                Descriptor.open(sys, folder, Abi.O_RDONLY | Abi.host().oDirectory())) {
            int number = opened.acquire();
            try {
                return open(sys, path, "/proc/self/fd/" + number + "/" + file.getFileName(), backlog);
            } finally {
                opened.release();
            }
        }
    }

    private static UnixListener open(SystemCalls sys, String path, String shortcut, int backlog) {
        int result = sys.socket(Abi.AF_UNIX, Abi.SOCK_STREAM | Abi.SOCK_CLOEXEC, 0);
        Descriptor fd = Descriptor.of(sys, result, "socket", path);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment address = UnixAddress.of(arena, shortcut);
            bind(sys, fd, address, backlog);
        } catch (RuntimeException e) {
            throw Closing.after(e, fd);
        }
        return new UnixListener(sys, fd, path, true);
    }

    private static void bind(SystemCalls sys, Descriptor fd, MemorySegment address, int backlog) {
        int number = fd.acquire();
        try {
            int result = sys.bind(number, address, (int) address.byteSize());
            if (result < 0) {
                throw VfioException.of("bind", -result, fd.subject());
            }
            result = sys.listen(number, backlog);
            if (result < 0) {
                throw Closing.after(VfioException.of("listen", -result, fd.subject()), () -> unlink(fd.subject()));
            }
        } finally {
            fd.release();
        }
    }

    /** The descriptor, borrowed, for waiting: it is readable when a connection waits. */
    public Descriptor fd() {
        return fd;
    }

    /**
     * Takes the next connection. Blocks until there is one.
     *
     * @return the connection, owned by the caller
     * @throws IllegalStateException if this is closed
     * @throws VfioException with EINVAL if this is closed while it waits
     */
    public UnixSocket accept() {
        int number = fd.acquire();
        int result;
        try {
            do {
                result = sys.accept4(number, Abi.SOCK_CLOEXEC);
            } while (result == -Errno.EINTR);
        } finally {
            fd.release();
        }
        return UnixSocket.of(sys, Descriptor.of(sys, result, "accept4", path));
    }

    /** Wakes who waits in {@link #accept}, closes the socket and removes its path. Idempotent. */
    @Override
    public synchronized void close() {
        if (!fd.isOpen()) {
            return;
        }
        if (!made) {
            fd.close();
            return;
        }
        int number = fd.acquire();
        try {
            // Where that fails nobody is woken, and accept4 would wait.
            if (sys.shutdown(number, Abi.SHUT_RDWR) == 0) {
                turnAway(number);
            }
        } finally {
            fd.release();
        }
        fd.close();
        unlink(path);
    }

    /** Who was not accepted may have sent descriptors, which would be closed with this socket. */
    private void turnAway(int number) {
        int waiting = sys.accept4(number, Abi.SOCK_CLOEXEC);
        while (waiting >= 0 || waiting == -Errno.EINTR || waiting == -Errno.ECONNABORTED) {
            if (waiting >= 0) {
                UnixSocket.of(sys, Descriptor.of(sys, waiting, "accept4", path)).close();
            }
            waiting = sys.accept4(number, Abi.SOCK_CLOEXEC);
        }
    }

    private static void unlink(String path) {
        try {
            Files.deleteIfExists(Path.of(path));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
