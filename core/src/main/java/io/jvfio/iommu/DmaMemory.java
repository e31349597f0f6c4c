// SPDX-License-Identifier: Apache-2.0
package io.jvfio.iommu;

import io.jvfio.Closing;
import io.jvfio.Hex;
import io.jvfio.internal.sys.Abi;
import io.jvfio.internal.sys.Mapping;
import io.jvfio.internal.sys.MemFd;
import io.jvfio.internal.sys.MemoryNodes;
import io.jvfio.internal.sys.Smaps;
import io.jvfio.internal.sys.SystemCalls;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * Memory made for a device: whole pages, zeroed.
 *
 * <p>Threads: thread-safe.
 */
final class DmaMemory implements AutoCloseable {
    private static final long HUGE_2M = MemFd.HUGE_2_MIB;

    private final Mapping mapping;
    private final @Nullable MemFd file;
    private final long pageSize;

    /** Whether its file is in ordinary pages, joined or not, and can never fault. */
    private final boolean ordinary;

    private DmaMemory(Mapping mapping, @Nullable MemFd file, long pageSize, boolean ordinary) {
        this.mapping = mapping;
        this.file = file;
        this.pageSize = pageSize;
        this.ordinary = ordinary;
    }

    /**
     * Makes memory.
     *
     * @param size bytes, more than 0; rounded up to whole pages
     * @throws io.jvfio.VfioException if there is none, or not in such pages
     */
    static DmaMemory of(SystemCalls sys, long size, DmaOptions options) {
        long ordinary = sys.pageSize();
        return switch (options.pages()) {
            case ORDINARY -> make(sys, size, ordinary, options);
            case HUGE_2M -> make(sys, size, HUGE_2M, options);
            case HUGE_1G -> make(sys, size, MemFd.HUGE_1_GIB, options);
            case TRANSPARENT -> {
                DmaMemory memory = make(sys, roundUp(size, HUGE_2M), ordinary, options);
                yield new DmaMemory(memory.mapping, memory.file, memory.join(sys), true);
            }
        };
    }

    private static DmaMemory make(SystemCalls sys, long size, long page, DmaOptions options) {
        DmaMemory memory = fresh(sys, size, page, options);
        if (options.node() >= 0) {
            // A wish: where it is refused, pages lie where they are touched first.
            long length = memory.memory().byteSize();
            MemoryNodes.prefer(sys, memory.mapping.address(), length, options.node());
            if (page != sys.pageSize()) {
                // Huge pages of a file are there before it is mapped, and only what is mapped can be moved.
                sys.madvise(memory.mapping.address(), length, Abi.MADV_POPULATE_WRITE);
                MemoryNodes.prefer(sys, memory.mapping.address(), length, options.node());
            }
        }
        return memory;
    }

    private static DmaMemory fresh(SystemCalls sys, long size, long page, DmaOptions options) {
        long length = roundUp(size, page);
        if (options.backing() == DmaOptions.Backing.ANONYMOUS) {
            return new DmaMemory(Mapping.anonymous(sys, length, page), null, page, page == sys.pageSize());
        }
        MemFd file = MemFd.of(sys, name(options.request().label()), length, page);
        try {
            Mapping mapping = file.map(0, length);
            return new DmaMemory(mapping, file, page, page == sys.pageSize());
        } catch (RuntimeException e) {
            throw Closing.after(e, file);
        }
    }

    /**
     * Asks the kernel to join the pages to huge ones: before they are touched, and once more after that. Both are
     * wishes, and errors of them mean no more than that a kernel has no huge pages.
     *
     * @return the size of page that came of it
     */
    private long join(SystemCalls sys) {
        long size = mapping.memory().byteSize();
        for (int advice : new int[] {Abi.MADV_HUGEPAGE, Abi.MADV_POPULATE_WRITE, Abi.MADV_COLLAPSE}) {
            sys.madvise(mapping.address(), size, advice);
        }
        long found = Smaps.pageSize(mapping.address());
        return found == 0 ? sys.pageSize() : found;
    }

    /** What to map: all of it. */
    DmaSource source() {
        return file == null
                ? new DmaSource.Segment(mapping.memory(), ordinary)
                : new DmaSource.File(file.fd(), 0, mapping.memory(), ordinary);
    }

    /** All of it, in whole pages. */
    MemorySegment memory() {
        return mapping.memory();
    }

    /** The size of its pages in bytes. */
    long pageSize() {
        return pageSize;
    }

    /** Whether it can be accessed. */
    boolean isOpen() {
        return mapping.isOpen();
    }

    /** Ends every access and keeps the pages until {@link #close}. */
    void quarantine() {
        mapping.quarantine();
    }

    /** Ends every access and keeps the pages for good: a device can reach them, and nothing is left that could end that. */
    void abandon() {
        mapping.quarantine();
        if (file != null) {
            file.close();
        }
    }

    /** Gives the pages back. Idempotent. */
    @Override
    public void close() {
        mapping.close();
        if (file != null) {
            file.close();
        }
    }

    /** A name for {@code /proc/self/maps}; the kernel takes at most 249 bytes. */
    private static String name(String label) {
        return label.isEmpty() ? "jvfio" : "jvfio-" + label.substring(0, Math.min(label.length(), 60));
    }

    static long roundUp(long size, long page) {
        if (size <= 0 || size > Long.MAX_VALUE - page) {
            throw new IllegalArgumentException("a buffer of " + Hex.of(size) + " bytes");
        }
        return (size + page - 1) & -page;
    }
}
