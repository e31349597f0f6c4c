// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.sys;

import io.jvfio.Closing;
import io.jvfio.Errno;
import io.jvfio.Hex;
import io.jvfio.VfioException;

/**
 * A file in memory, {@code memfd_create(2)}: memory that other processes can map by its descriptor. Its size is fixed by
 * seals, so that no holder of the descriptor can shrink it and make others fault.
 *
 * <p>Threads: thread-safe.
 */
public final class MemFd implements AutoCloseable {
    /** A huge page of 2 MiB, in bytes. */
    public static final long HUGE_2_MIB = 1L << 21;

    /** A huge page of 1 GiB, in bytes. */
    public static final long HUGE_1_GIB = 1L << 30;

    private final SystemCalls sys;
    private final Descriptor fd;
    private final long size;
    private final long pageSize;

    private MemFd(SystemCalls sys, Descriptor fd, long size, long pageSize) {
        this.sys = sys;
        this.fd = fd;
        this.size = size;
        this.pageSize = pageSize;
    }

    /**
     * A file of zeroes in ordinary pages, which are allocated when they are first touched.
     *
     * @param name for {@code /proc/self/maps} and errors
     * @param size bytes, more than 0; rounded up to whole pages
     * @throws VfioException if the kernel refuses
     */
    public static MemFd of(SystemCalls sys, String name, long size) {
        return of(sys, name, size, sys.pageSize());
    }

    /**
     * A file of zeroes in pages of a given size. Huge pages are allocated here and now, since a mapping of pages that
     * turn out to be missing kills the process. There is no silent fall-back to smaller ones.
     *
     * @param name for {@code /proc/self/maps} and errors
     * @param size bytes, more than 0; rounded up to whole pages
     * @param pageSize {@link SystemCalls#pageSize} for ordinary pages, else a huge page size of this machine
     * @throws IllegalArgumentException if the size is not positive or the page size no power of two
     * @throws VfioException with ENODEV if the machine has no such page size, ENOSPC or ENOMEM if too few huge pages are
     *     free
     */
    public static MemFd of(SystemCalls sys, String name, long size, long pageSize) {
        long wholePages = new PageRange(0, size, pageSize).mappedSize();
        int huge = PageRange.hugeFlags(sys, pageSize, Abi.MFD_HUGETLB);
        String subject = "memfd " + name + ", " + Hex.of(wholePages) + " bytes in pages of " + Hex.of(pageSize);
        Descriptor fd = Descriptor.of(sys, create(sys, name, huge), "memfd_create", subject);
        try {
            allocate(sys, fd, wholePages, huge != 0);
        } catch (RuntimeException e) {
            throw Closing.after(e, fd);
        }
        return new MemFd(sys, fd, wholePages, pageSize);
    }

    /** Refuses execution where the kernel can: without a word on it, Linux 6.3 and later may warn or refuse. */
    private static int create(SystemCalls sys, String name, int huge) {
        int flags = Abi.MFD_CLOEXEC | Abi.MFD_ALLOW_SEALING | huge;
        int result = sys.memfdCreate(name, flags | Abi.MFD_NOEXEC_SEAL);
        return result == -Errno.EINVAL ? sys.memfdCreate(name, flags) : result;
    }

    private static void allocate(SystemCalls sys, Descriptor fd, long size, boolean now) {
        int number = fd.acquire();
        try {
            check("ftruncate", sys.ftruncate(number, size), fd);
            if (now) {
                check("fallocate", sys.fallocate(number, 0, 0, size), fd);
            }
            int seals = Abi.F_SEAL_SHRINK | Abi.F_SEAL_GROW | Abi.F_SEAL_SEAL;
            check("fcntl", sys.fcntl(number, Abi.F_ADD_SEALS, seals), fd);
        } finally {
            fd.release();
        }
    }

    private static void check(String call, int result, Descriptor fd) {
        if (result < 0) {
            throw VfioException.of(call, -result, fd.subject());
        }
    }

    /** The descriptor, borrowed. */
    public Descriptor fd() {
        return fd;
    }

    /** Bytes, in whole pages. */
    public long size() {
        return size;
    }

    /** The size of its pages in bytes. */
    public long pageSize() {
        return pageSize;
    }

    /**
     * Maps a part of it into this process, read and write. The mapping outlives this object.
     *
     * @param offset bytes, a multiple of {@link #pageSize}
     * @param length bytes, more than 0
     * @throws IllegalArgumentException if the part is not inside or not aligned
     * @throws VfioException if the kernel refuses
     */
    public Mapping map(long offset, long length) {
        PageRange range = new PageRange(offset, length, pageSize);
        if (offset + length > size) {
            throw new IllegalArgumentException(range + " are not inside " + fd.subject());
        }
        return Mapping.ofFile(sys, fd, range, Abi.PROT_READ | Abi.PROT_WRITE);
    }

    /** Closes the descriptor; mappings of it stay. Idempotent. */
    @Override
    public void close() {
        fd.close();
    }
}
