// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.sys;

import io.jvfio.Errno;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/**
 * Writes attributes of sysfs. The kernel's answer is the errno of the write, which {@code java.nio.file} does not tell.
 *
 * <p>Threads: thread-safe.
 */
public final class AttributeWriter {
    private final Supplier<SystemCalls> calls;

    /**
     * A writer that makes these calls.
     *
     * @param calls asked for when something is written: who only reads needs no native code
     */
    public AttributeWriter(Supplier<SystemCalls> calls) {
        this.calls = calls;
    }

    /** Writes a text with a line end, which every attribute ignores and an empty text needs; 0 or {@code -errno}. */
    public int write(Path attribute, String text) {
        SystemCalls sys = calls.get();
        int fd = sys.open(attribute.toString(), Abi.O_WRONLY | Abi.O_CLOEXEC, 0);
        if (fd < 0) {
            return fd;
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bytes = arena.allocateFrom(text + "\n");
            long written = sys.write(fd, bytes, bytes.byteSize() - 1);
            return written < 0 ? (int) written : 0;
        } finally {
            sys.close(fd);
        }
    }

    /**
     * As {@link #write(Path, String)}, for a write that the kernel can keep: it runs on a thread of its own, which goes on
     * when the time is over.
     *
     * @return 0 or {@code -errno}; {@code -ETIMEDOUT} when the time is over, and {@code -EINTR} when the waiting thread was
     *     interrupted, which stays so
     */
    public int write(Path attribute, String text, Duration patience) {
        CompletableFuture<Integer> result = new CompletableFuture<>();
        Thread.ofPlatform()
                .daemon()
                .name("jvfio-write-" + attribute.getFileName())
                .start(() -> {
                    try {
                        result.complete(write(attribute, text));
                    } catch (RuntimeException | Error e) {
                        result.completeExceptionally(e);
                    }
                });
        try {
            return result.get(patience.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            return -Errno.ETIMEDOUT;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return -Errno.EINTR;
        } catch (ExecutionException e) {
            throw new IllegalStateException("cannot write " + attribute, e.getCause());
        }
    }
}
