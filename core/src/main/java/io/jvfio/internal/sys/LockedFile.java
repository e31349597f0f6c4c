// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.sys;

import io.jvfio.Errno;
import io.jvfio.VfioException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A file that is locked until this object is closed, or the process has ended.
 *
 * <p>The lock is the open file description's ({@code F_OFD_SETLK}, {@code fcntl(2)}), and each object has one of its own: so
 * it keeps out other objects, threads and class loaders of this process as well as other processes. The locks of
 * {@link java.nio.channels.FileLock} are the process's: they end as soon as anybody in it closes the file, also one whose
 * attempt to lock it was refused. The two kinds keep each other out. Only who may write the file can lock it.
 *
 * <p>Threads: thread-safe.
 */
public final class LockedFile implements AutoCloseable {
    private static final int OWNER_ONLY = 0600;

    // struct flock of include/uapi/asm-generic/fcntl.h, 64-bit; all zero is the whole file
    private static final long STRUCT_SIZE = 32;
    private static final long TYPE = 0;

    private final Descriptor file;

    private LockedFile(Descriptor file) {
        this.file = file;
    }

    /**
     * Locks a file, and makes it first if it is not there, mode 0600. Does not wait.
     *
     * @return null if it is locked already
     * @throws VfioException if the file cannot be opened for writing, or its file system has no locks
     */
    public static @Nullable LockedFile of(SystemCalls sys, Path path) {
        String subject = path.toString();
        int flags = Abi.O_RDWR | Abi.O_CREAT | Abi.O_CLOEXEC;
        Descriptor file = Descriptor.of(sys, sys.open(subject, flags, OWNER_ONLY), "open", subject);
        int result = lock(sys, file);
        if (result == 0) {
            return new LockedFile(file);
        }
        file.close();
        if (result == -Errno.EAGAIN || result == -Errno.EACCES) {
            return null;
        }
        throw VfioException.of("fcntl", -result, subject);
    }

    private static int lock(SystemCalls sys, Descriptor file) {
        int number = file.acquire();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment struct = arena.allocate(STRUCT_SIZE, Long.BYTES);
            struct.set(ValueLayout.JAVA_SHORT, TYPE, (short) Abi.F_WRLCK);
            return sys.fcntl(number, Abi.F_OFD_SETLK, struct.address());
        } finally {
            file.release();
        }
    }

    /** Ends the lock. Idempotent. */
    @Override
    public void close() {
        file.close();
    }
}
