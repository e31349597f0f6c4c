// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.sys;

import io.jvfio.Errno;
import io.jvfio.VfioException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Where this process's pages are ({@code Documentation/admin-guide/mm/pagemap.rst} of Linux).
 *
 * <p>Threads: thread-safe.
 */
public final class Pagemap implements AutoCloseable {
    private static final String FILE = "/proc/self/pagemap";

    private static final long PRESENT = 1L << 63;
    private static final long FRAME = (1L << 55) - 1;

    private final Descriptor file;
    private final long pageSize;

    private Pagemap(Descriptor file, long pageSize) {
        this.file = file;
        this.pageSize = pageSize;
    }

    /** Opens this process's page map. */
    public static Pagemap open(SystemCalls sys) {
        return new Pagemap(Descriptor.open(sys, FILE, Abi.O_RDONLY), sys.pageSize());
    }

    /**
     * The physical address behind a virtual one, or 0 if the kernel does not tell: the page is not present, or the
     * process lacks CAP_SYS_ADMIN.
     */
    public long physical(long address) {
        MemorySegment entry = ThreadMemory.current().scratch();
        long moved = file.pread(entry, Long.BYTES, Long.divideUnsigned(address, pageSize) * Long.BYTES);
        if (moved != Long.BYTES) {
            throw VfioException.of("read", moved < 0 ? (int) -moved : Errno.EIO, FILE);
        }
        long word = entry.get(ValueLayout.JAVA_LONG, 0);
        long frame = word & FRAME;
        return (word & PRESENT) == 0 || frame == 0 ? 0 : frame * pageSize + Long.remainderUnsigned(address, pageSize);
    }

    @Override
    public void close() {
        file.close();
    }
}
