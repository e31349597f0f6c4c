// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.sys;

import io.jvfio.Closing;
import io.jvfio.Fd;
import io.jvfio.Hex;
import io.jvfio.VfioException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Memory from {@code mmap}: the one place where such memory begins and ends.
 *
 * <p>Each mapping has a shared arena of its own. {@link #close} closes the arena first, so that a late access throws
 * {@link IllegalStateException} instead of faulting, and unmaps after that. If a system call is using the memory, the
 * arena refuses, and the mapping stays whole and usable.
 *
 * <p>Closing a shared arena makes every thread stop for a moment, tens of microseconds in all: mappings are made for
 * rings, pools and windows, never for one transfer.
 *
 * <p>Threads: thread-safe.
 */
public final class Mapping implements AutoCloseable {
    private final SystemCalls sys;
    private final Arena arena = Arena.ofShared();
    private final MemorySegment memory;
    private final long address;
    private final long mappedSize;
    private final String subject;

    /** Whether the kernel still has it; guarded by this. */
    private boolean mapped = true;

    @SuppressWarnings("restricted") // the kernel has just said that these bytes are mapped
    private Mapping(SystemCalls sys, long address, PageRange range, int protection, String subject) {
        this.sys = sys;
        this.address = address;
        this.mappedSize = range.mappedSize();
        this.subject = subject;
        MemorySegment all = MemorySegment.ofAddress(address).reinterpret(range.length(), arena, null);
        this.memory = (protection & Abi.PROT_WRITE) == 0 ? all.asReadOnly() : all;
    }

    /**
     * Maps a part of a file, shared.
     *
     * @param sys the system calls, also for the later unmap
     * @param fd the file; the mapping does not need it afterwards
     * @param offset bytes from the file's start, a multiple of the page size
     * @param length bytes, more than 0; if it ends inside a page, that page is mapped whole and shown up to here
     * @param protection {@code PROT_*}; without {@code PROT_WRITE} the segment is read-only
     * @throws IllegalArgumentException if offset or length are not as said
     * @throws VfioException if the kernel refuses
     */
    public static Mapping ofFile(SystemCalls sys, Fd fd, long offset, long length, int protection) {
        return ofFile(sys, fd, new PageRange(offset, length, sys.pageSize()), protection);
    }

    /** The same for a file whose pages have another size: {@code munmap} takes whole huge pages only. */
    static Mapping ofFile(SystemCalls sys, Fd fd, PageRange range, int protection) {
        String subject = range + " of " + fd.subject();
        int number = fd.acquire();
        try {
            return map(sys, range, protection, new Target(Abi.MAP_SHARED, number, subject));
        } finally {
            fd.release();
        }
    }

    /**
     * Maps memory of this process alone, read and write, zeroed. A child process does not inherit it, so that no copy on
     * write parts the device's pages from this process's.
     *
     * @param sys the system calls, also for the later unmap
     * @param length bytes, more than 0
     * @param pageSize {@link SystemCalls#pageSize} for ordinary pages, else the size of huge pages, a power of two
     * @throws IllegalArgumentException if length or page size are not as said
     * @throws VfioException with ENOMEM if there is no memory, or there are not enough free huge pages
     */
    public static Mapping anonymous(SystemCalls sys, long length, long pageSize) {
        PageRange range = new PageRange(0, length, pageSize);
        int flags = Abi.MAP_PRIVATE | Abi.MAP_ANONYMOUS | PageRange.hugeFlags(sys, pageSize, Abi.MAP_HUGETLB);
        String subject = Hex.of(length) + " bytes of memory";
        Mapping mapping = map(sys, range, Abi.PROT_READ | Abi.PROT_WRITE, new Target(flags, -1, subject));
        int result = sys.madvise(mapping.address, mapping.mappedSize, Abi.MADV_DONTFORK);
        if (result < 0) {
            throw Closing.after(VfioException.of("madvise", -result, subject), mapping);
        }
        return mapping;
    }

    /** Which memory {@code mmap} is to map. */
    private record Target(int flags, int number, String subject) {}

    private static Mapping map(SystemCalls sys, PageRange range, int protection, Target target) {
        long result = sys.mmap(0, range.mappedSize(), protection, target.flags, target.number, range.offset());
        if (result < 0) {
            throw VfioException.of("mmap", (int) -result, target.subject);
        }
        return new Mapping(sys, result, range, protection, target.subject);
    }

    /** The mapped bytes, exactly as many as were asked for. Accesses throw {@link IllegalStateException} after close. */
    public MemorySegment memory() {
        return memory;
    }

    /** Where it is mapped, page-aligned. */
    public long address() {
        return address;
    }

    /** Whether the memory can be accessed: neither {@link #close} nor {@link #quarantine} has been called. */
    public boolean isOpen() {
        return arena.scope().isAlive();
    }

    /**
     * Puts a part of another file in the place of what is mapped, at once: whoever has the old file reaches this memory no
     * more. Accesses of this process go on and find the new file.
     *
     * @param fd the file; the mapping does not need it afterwards
     * @param offset bytes from the file's start, a multiple of the page size
     * @throws VfioException if the kernel refuses; what was mapped is still there
     * @throws IllegalStateException if it is closed
     */
    public synchronized void exchange(Fd fd, long offset) {
        if (!isOpen()) {
            throw new IllegalStateException(subject + " is closed");
        }
        int number = fd.acquire();
        try {
            int protection = memory.isReadOnly() ? Abi.PROT_READ : Abi.PROT_READ | Abi.PROT_WRITE;
            long result = sys.mmap(address, mappedSize, protection, Abi.MAP_SHARED | Abi.MAP_FIXED, number, offset);
            if (result < 0) {
                throw VfioException.of("mmap", (int) -result, subject);
            }
        } finally {
            fd.release();
        }
    }

    /**
     * Ends every access and keeps the pages where they are: for memory that a device may still write to, because its
     * unmap failed or because no IOMMU stands in between. A later {@link #close} gives the pages back; without one they
     * are leaked on purpose.
     *
     * @throws IllegalStateException if a system call is using the memory; then nothing has changed
     */
    public synchronized void quarantine() {
        if (arena.scope().isAlive()) {
            arena.close();
        }
    }

    /**
     * Ends every access, then the mapping. Idempotent, also after {@link #quarantine}.
     *
     * @throws IllegalStateException if a system call is using the memory; then nothing has changed
     * @throws VfioException if {@code munmap} fails; the memory cannot be accessed any more, and close may be tried again
     */
    @Override
    public synchronized void close() {
        quarantine();
        if (mapped) {
            int result = sys.munmap(address, mappedSize);
            if (result < 0) {
                throw VfioException.of("munmap", -result, subject);
            }
            mapped = false;
        }
    }

    /** {@code 0x4000 bytes at offset 0x0 of /dev/vfio/devices/vfio0}. */
    @Override
    public String toString() {
        return subject;
    }
}
