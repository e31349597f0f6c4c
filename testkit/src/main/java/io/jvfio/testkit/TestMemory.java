// SPDX-License-Identifier: Apache-2.0
package io.jvfio.testkit;

import io.jvfio.Closing;
import io.jvfio.internal.sys.Mapping;
import io.jvfio.internal.sys.MemFd;
import io.jvfio.internal.sys.SystemCalls;
import io.jvfio.iommu.DmaSource;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Memory to map for a device: a file in memory and this process's view of it, so that every carrier can take it.
 *
 * <p>Threads: thread-safe; the order of accesses is the test's business.
 */
public final class TestMemory implements AutoCloseable {

    private final MemFd file;
    private final Mapping mapping;

    private TestMemory(MemFd file, Mapping mapping) {
        this.file = file;
        this.mapping = mapping;
    }

    /** The size of an ordinary page in bytes. */
    public static long page() {
        return SystemCalls.linux().pageSize();
    }

    /** Zeroed memory in ordinary pages. */
    public static TestMemory ofPages(int pages) {
        return of(pages * page(), page());
    }

    /** Zeroed memory in pages of another size. */
    public static TestMemory of(long size, long pageSize) {
        return of(SystemCalls.linux(), size, pageSize);
    }

    private static TestMemory of(SystemCalls sys, long size, long pageSize) {
        MemFd file = MemFd.of(sys, "jvfio-test", size, pageSize);
        try {
            return new TestMemory(file, file.map(0, size));
        } catch (RuntimeException e) {
            throw Closing.after(e, file);
        }
    }

    /** All of it, as this process sees it. */
    public MemorySegment bytes() {
        return mapping.memory();
    }

    /** All of it, to be mapped for a device. */
    public DmaSource.File source() {
        return source(0, bytes().byteSize());
    }

    /** A part of it, to be mapped for a device. */
    public DmaSource.File source(long offset, long length) {
        return new DmaSource.File(file.fd(), offset, bytes().asSlice(offset, length));
    }

    /** Writes a pattern that tells each byte from its neighbours and from those of another seed. */
    public TestMemory fill(int seed) {
        MemorySegment bytes = bytes();
        for (long at = 0; at < bytes.byteSize(); at++) {
            bytes.set(ValueLayout.JAVA_BYTE, at, pattern(seed, at));
        }
        return this;
    }

    /** Whether {@code length} bytes from {@code offset} are what {@link #fill} wrote into memory from {@code start} on. */
    public boolean holds(int seed, long start, long offset, long length) {
        MemorySegment bytes = bytes();
        for (long at = 0; at < length; at++) {
            if (bytes.get(ValueLayout.JAVA_BYTE, offset + at) != pattern(seed, start + at)) {
                return false;
            }
        }
        return true;
    }

    private static byte pattern(int seed, long at) {
        return (byte) (seed + 31 * at + (at >>> 8));
    }

    @Override
    public void close() {
        try (file) {
            mapping.close();
        }
    }
}
