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
 * @param size bytes
 * @param blockSize bytes, a power of two: of a file in huge pages their size, in whose multiples it is mapped
 * @param seals {@code F_SEAL_*}; 0 for a file that cannot have any
 */
public record FileStatus(int mode, long size, long blockSize, int seals) {

    // struct statx of include/uapi/linux/stat.h
    private static final long STRUCT_SIZE = 256;
    private static final long BLOCK_SIZE = 4;
    private static final long MODE = 28;
    private static final long FILE_SIZE = 40;

    /**
     * Asks the kernel. Does not touch what is in the file.
     *
     * @throws VfioException if the kernel refuses
     */
    public static FileStatus of(SystemCalls sys, Fd file) {
        int number = file.acquire();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment struct = arena.allocate(STRUCT_SIZE, Long.BYTES);
            int result = sys.statx(number, Abi.STATX_TYPE | Abi.STATX_SIZE, struct);
            if (result < 0) {
                throw VfioException.of("statx", -result, file.toString());
            }
            // Files of most kinds know no seals (EINVAL), which is the same as having none.
            int seals = sys.fcntl(number, Abi.F_GET_SEALS, 0);
            return new FileStatus(
                    Short.toUnsignedInt(struct.get(ValueLayout.JAVA_SHORT, MODE)),
                    struct.get(ValueLayout.JAVA_LONG, FILE_SIZE),
                    Integer.toUnsignedLong(struct.get(ValueLayout.JAVA_INT, BLOCK_SIZE)),
                    Math.max(0, seals));
        } finally {
            file.release();
        }
    }

    /** Whether it holds bytes: a file on disk or in memory, no device, pipe or socket. */
    public boolean regular() {
        return (mode & Abi.S_IFMT) == Abi.S_IFREG;
    }

    /** Whether nobody can make it shorter, so that a mapping within its size never faults. */
    public boolean cannotShrink() {
        return (seals & Abi.F_SEAL_SHRINK) != 0;
    }
}
