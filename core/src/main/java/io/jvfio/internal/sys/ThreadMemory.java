// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.sys;

import java.lang.foreign.Arena;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;

/**
 * The native memory that each thread has for its system calls: where errno lands, and a few bytes for arguments that are
 * passed by address. It is allocated by a thread's first call and never again, so that later calls allocate nothing.
 *
 * <p>It comes from an automatic arena. The usual reason against those does not apply: nothing depends on when this memory
 * is freed, and no native code keeps its address after the call. It lives exactly as long as needed: the thread-local
 * keeps it reachable while its thread lives, a downcall keeps its arguments reachable while it runs, and when the thread
 * ends the collector frees it. A confined arena would need somebody to close it at the end of each thread, and a global
 * one would leak with every thread. A virtual thread has memory of its own and not its carrier's, since it may change
 * carriers between the call and the reading of errno.
 *
 * <p>Threads: an instance belongs to one thread.
 */
public final class ThreadMemory {
    private static final StructLayout CAPTURE = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO = CAPTURE.varHandle(MemoryLayout.PathElement.groupElement("errno"));

    /** How many bytes {@link #scratch} has: an epoll event, a counter or a limit. */
    static final long SCRATCH_SIZE = 16;

    /** {@code struct iovec} of {@code include/uapi/linux/uio.h}: an address and a size. */
    private static final long VECTOR_SIZE = 16;

    private static final ThreadLocal<ThreadMemory> CURRENT = ThreadLocal.withInitial(ThreadMemory::new);

    private final MemorySegment capture;
    private final MemorySegment scratch;
    private final MemorySegment vector;

    private ThreadMemory() {
        Arena arena = Arena.ofAuto();
        capture = arena.allocate(CAPTURE);
        scratch = arena.allocate(SCRATCH_SIZE, ValueLayout.JAVA_LONG.byteAlignment());
        vector = arena.allocate(VECTOR_SIZE, ValueLayout.JAVA_LONG.byteAlignment());
    }

    /** That of the calling thread. */
    public static ThreadMemory current() {
        return CURRENT.get();
    }

    /** The first argument of a downcall that captures errno. */
    MemorySegment capture() {
        return capture;
    }

    /** Sixteen bytes, 8-aligned, for the caller's use until it makes another call that needs them. */
    public MemorySegment scratch() {
        return scratch;
    }

    /**
     * A {@code struct iovec} of this memory, for one call, during which the caller keeps it alive.
     *
     * @param memory native
     */
    MemorySegment vector(MemorySegment memory, long size) {
        if (!memory.isNative() || size > memory.byteSize()) {
            throw new IllegalArgumentException("cannot read " + size + " bytes into " + memory);
        }
        vector.set(ValueLayout.JAVA_LONG, 0, memory.address());
        vector.set(ValueLayout.JAVA_LONG, Long.BYTES, size);
        return vector;
    }

    /** The result of a call: itself, or {@code -errno} if it is -1. */
    int result(int value) {
        return value == -1 ? -(int) ERRNO.get(capture, 0L) : value;
    }

    /** The result of a call: itself, or {@code -errno} if it is -1. */
    long result(long value) {
        return value == -1 ? -(int) ERRNO.get(capture, 0L) : value;
    }
}
