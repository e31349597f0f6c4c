// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vfiouser;

import io.jvfio.internal.sys.SharedEventFd;
import io.jvfio.internal.sys.SharedWord;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A register whose writes the server takes by a signal, or several side by side.
 *
 * <p>Threads: thread-safe; a write allocates nothing, and takes one system call.
 *
 * @param start bytes from the region's start
 * @param size bytes, 0 for a register of any width
 * @param memory where values go, or null if the server needs none
 * @param at where in it, in bytes
 */
record PostedRegister(
        long start, long size, Bell bell, @Nullable MemorySegment memory, long at) {

    /**
     * An eventfd of the server's. Who rings it has rung it when the call returns, also if another thread is at it: what he
     * sends next is behind that.
     */
    record Bell(SharedEventFd eventfd, ReentrantLock lock) {
        Bell(SharedEventFd eventfd) {
            this(eventfd, new ReentrantLock());
        }

        private boolean ring() {
            lock.lock();
            try {
                return eventfd.signal();
            } finally {
                lock.unlock();
            }
        }
    }

    /** The first byte behind it, from the region's start. */
    long end() {
        return start + Math.max(size, 1);
    }

    /** Whether a write of this width, a power of two up to 8, at this offset can be posted. */
    boolean takes(long offset, int width) {
        return size > Long.BYTES
                ? offset >= start && offset - start <= size - width
                : offset == start && (size == 0 || size == width);
    }

    /**
     * Stores a value that this {@linkplain #takes takes} and signals it.
     *
     * @param value bits above the width are ignored
     * @return false if the eventfd is closed
     * @throws IllegalStateException if the memory is
     */
    boolean write(long offset, int width, long value) {
        if (memory != null) {
            SharedWord.set(memory, at + offset - start, width, value);
        }
        return bell.ring();
    }
}
