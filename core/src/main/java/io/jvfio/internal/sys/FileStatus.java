// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.sys;

import io.jvfio.Fd;
import io.jvfio.VfioException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * What an open file is, asked for before it is trusted: {@code statx(2)}, and the seals of a file in memory.
 *
 * <p>Threads: immutable; as it was when it was asked for.
 *
 * @param mode type and permissions, {@code S_IF*}
 * @param size bytes; for good if {@link #cannotShrink}
 * @param blockSize bytes, a power of two: of a file in huge pages their size, in whose multiples it is mapped
 * @param seals {@code F_SEAL_*}; 0 for a file that cannot have any
 * @param fileSystem the magic number of a file system in memory; 0 for a file that can have no seals
 */
public record FileStatus(int mode, long size, long blockSize, int seals, int fileSystem) {

    // struct statx of include/uapi/linux/stat.h
    private static final long STRUCT_SIZE = 256;
    private static final long BLOCK_SIZE = 4;
    private static final long MODE = 28;
    private static final long FILE_SIZE = 40;

    /** More than any architecture's {@code struct statfs} has. */
    private static final long STATFS_SIZE = 256;

    /**
     * Asks the kernel. Does not touch what is in the file. The seals come first: a file that is sealed after its size was
     * asked for may have been made shorter in between.
     *
     * @throws VfioException if the kernel refuses
     */
    public static FileStatus of(SystemCalls sys, Fd file) {
        int number = file.acquire();
        try (Arena arena = Arena.ofConfined()) {
            // Files of most kinds know no seals (EINVAL), which is the same as having none.
            int seals = sys.fcntl(number, Abi.F_GET_SEALS, 0);
            MemorySegment struct = arena.allocate(STRUCT_SIZE, Long.BYTES);
            int result = sys.statx(number, Abi.STATX_TYPE | Abi.STATX_SIZE, struct);
            if (result < 0) {
                throw VfioException.of("statx", -result, file.toString());
            }
            return new FileStatus(
                    Short.toUnsignedInt(struct.get(ValueLayout.JAVA_SHORT, MODE)),
                    struct.get(ValueLayout.JAVA_LONG, FILE_SIZE),
                    Integer.toUnsignedLong(struct.get(ValueLayout.JAVA_INT, BLOCK_SIZE)),
                    Math.max(0, seals),
                    seals < 0 ? 0 : fileSystem(sys, number, arena));
        } finally {
            file.release();
        }
    }

    /** {@code f_type}, whose low half comes first where it is a long, and which is an int on s390x. */
    private static int fileSystem(SystemCalls sys, int number, Arena arena) {
        MemorySegment struct = arena.allocate(STATFS_SIZE, Long.BYTES);
        return sys.fstatfs(number, struct) < 0 ? 0 : struct.get(ValueLayout.JAVA_INT, 0);
    }

    /**
     * Whether it is a file in memory. Those alone answer for their seals, and the kernel does so by itself: of any other,
     * {@link #of} may wait for whoever keeps it.
     */
    public static boolean isMemory(SystemCalls sys, Fd file) {
        int number = file.acquire();
        try {
            return isMemory(sys, number);
        } finally {
            file.release();
        }
    }

    static boolean isMemory(SystemCalls sys, int number) {
        return sys.fcntl(number, Abi.F_GET_SEALS, 0) >= 0;
    }

    /** Whether it holds bytes: a file on disk or in memory, no device, pipe or socket. */
    public boolean regular() {
        return (mode & Abi.S_IFMT) == Abi.S_IFREG;
    }

    /** Whether nobody can make it shorter. */
    public boolean cannotShrink() {
        return (seals & Abi.F_SEAL_SHRINK) != 0;
    }

    /** Whether it is in huge pages. */
    public boolean inHugePages() {
        return fileSystem == Abi.HUGETLBFS_MAGIC;
    }

    /**
     * Whether a mapping within its size never faults, whatever others do who have it: it cannot shrink, and is in ordinary
     * pages. No seal forbids to punch holes; in ordinary pages a hole reads as zeroes, in huge ones it is filled from the
     * system's pool, and faults when that is empty.
     */
    public boolean cannotFault() {
        return cannotShrink() && fileSystem == Abi.TMPFS_MAGIC;
    }
}
