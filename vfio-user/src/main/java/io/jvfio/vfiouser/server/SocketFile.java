// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vfiouser.server;

import io.jvfio.Closing;
import io.jvfio.Errno;
import io.jvfio.FileFailure;
import io.jvfio.VfioException;
import io.jvfio.internal.sys.Abi;
import io.jvfio.internal.sys.Descriptor;
import io.jvfio.internal.sys.SystemCalls;
import io.jvfio.internal.sys.UnixAddress;
import io.jvfio.internal.sys.UnixListener;
import io.jvfio.internal.sys.UnixSocket;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.locks.LockSupport;

/**
 * The name of a listening socket in the file system. The socket is made in a folder that nobody else can enter, gets its
 * permissions there, and is then linked to its name: at no moment can another user connect, and no file is overwritten.
 *
 * <p>A socket that a dead server left is replaced. Two servers that start at once may both find it dead, and the second
 * would remove what the first has just made: so this is done under a lock of the folder.
 *
 * <p>Threads: thread-safe.
 */
final class SocketFile implements AutoCloseable {
    private static final Duration LOCK_WAIT = Duration.ofSeconds(2);
    private static final Duration LOCK_PAUSE = Duration.ofMillis(5);

    private final UnixListener listener;
    private final Path path;

    /** Which file it is, so that another one in its place is never removed. */
    private final Object key;

    private boolean linked = true;

    private SocketFile(UnixListener listener, Path path, Object key) {
        this.listener = listener;
        this.path = path;
        this.key = key;
    }

    /**
     * Makes a socket, mode 0600, and its name.
     *
     * @throws VfioException with EADDRINUSE if the name is taken, with ENAMETOOLONG if no client could connect to it, or if
     *     the folder cannot be written
     */
    static SocketFile create(SystemCalls sys, Path socket, int backlog) {
        Path place = socket.toAbsolutePath();
        UnixAddress.check(place.toString());
        Path parent = Objects.requireNonNull(place.getParent(), () -> socket + " is no name of a file");
        try {
            Path folder = Files.createTempDirectory(parent, ".jvfio");
            try {
                return create(sys, folder, place, backlog);
            } finally {
                Files.delete(folder);
            }
        } catch (FileAlreadyExistsException e) {
            throw new VfioException(
                    "bind",
                    Errno.EADDRINUSE,
                    place.toString(),
                    "somebody listens there, or it is no socket of this user");
        } catch (IOException e) {
            throw FileFailure.of("bind", place, e);
        }
    }

    private static SocketFile create(SystemCalls sys, Path folder, Path place, int backlog) throws IOException {
        Path hidden = folder.resolve("s");
        UnixListener listener = UnixListener.open(sys, hidden.toString(), backlog);
        try {
            Files.setPosixFilePermissions(hidden, PosixFilePermissions.fromString("rw-------"));
            if (isSocket(place) && isDead(sys, place)) {
                replaceDead(sys, place, hidden);
            } else {
                Files.createLink(place, hidden);
            }
            Files.delete(hidden);
            return new SocketFile(listener, place, key(place));
        } catch (IOException e) {
            throw Closing.after(e, listener);
        } catch (RuntimeException e) {
            throw Closing.after(e, listener);
        }
    }

    /** Gives the name of a dead socket to this one, unless another server has been faster. */
    private static void replaceDead(SystemCalls sys, Path place, Path hidden) throws IOException {
        String parent = String.valueOf(place.getParent());
        try (Descriptor folder =
                Descriptor.open(sys, parent, Abi.O_RDONLY | Abi.host().oDirectory())) {
            lock(sys, folder);
            if (isSocket(place) && isDead(sys, place)) {
                Files.delete(place);
            }
            Files.createLink(place, hidden);
        }
    }

    /** Closing the folder ends the lock. It is held for moments; who holds it longer means harm. */
    private static void lock(SystemCalls sys, Descriptor folder) {
        int number = folder.acquire();
        try {
            long end = System.nanoTime() + LOCK_WAIT.toNanos();
            int result = sys.flock(number, Abi.LOCK_EX | Abi.LOCK_NB);
            while (result == -Errno.EAGAIN && System.nanoTime() - end < 0) {
                LockSupport.parkNanos(LOCK_PAUSE.toNanos());
                result = sys.flock(number, Abi.LOCK_EX | Abi.LOCK_NB);
            }
            if (result < 0) {
                throw VfioException.of("flock", -result, folder.subject());
            }
        } finally {
            folder.release();
        }
    }

    /** A connect to a file that is no socket is refused in the same words as one to a dead socket. */
    private static boolean isSocket(Path place) throws IOException {
        try {
            int mode = (int) Files.getAttribute(place, "unix:mode", LinkOption.NOFOLLOW_LINKS);
            return (mode & Abi.S_IFMT) == Abi.S_IFSOCK;
        } catch (NoSuchFileException absent) {
            return false;
        }
    }

    /** Whether nobody listens at a socket. Who has a full queue is alive. */
    private static boolean isDead(SystemCalls sys, Path place) {
        try (UnixSocket somebody = UnixSocket.connect(sys, place.toString(), Duration.ZERO)) {
            return !somebody.fd().isOpen();
        } catch (VfioException e) {
            return e.errno() == Errno.ECONNREFUSED;
        }
    }

    private static Object key(Path place) throws IOException {
        return Objects.requireNonNull(Files.readAttributes(place, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                .fileKey());
    }

    /** The socket, owned by this object. */
    UnixListener listener() {
        return listener;
    }

    /** Removes the name if it is still that of this socket. Idempotent. */
    synchronized void unlink() {
        if (!linked) {
            return;
        }
        linked = false;
        try {
            if (key(path).equals(key)) {
                Files.delete(path);
            }
        } catch (NoSuchFileException gone) {
            // Somebody has removed it already.
        } catch (IOException e) {
            throw FileFailure.of("unlink", path, e);
        }
    }

    /** Removes the name and closes the socket. Idempotent. */
    @Override
    public void close() {
        try (listener) {
            unlink();
        }
    }
}
