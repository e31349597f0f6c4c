// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.sys;

import io.jvfio.VfioException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * Where this process's pages are ({@code Documentation/admin-guide/mm/pagemap.rst} of Linux).
 *
 * <p>Threads: thread-safe.
 */
public final class Pagemap implements AutoCloseable {
    private static final String FILE = "/proc/self/pagemap";
    private static final Path SMAPS = Path.of("/proc/self/smaps");
    private static final String PAGE_SIZE = "KernelPageSize:";

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

    /** The size of the pages behind a virtual address in bytes, or 0 if nothing is mapped there. */
    public static long pageSize(long address) {
        boolean inside = false;
        try {
            for (String line : Files.readAllLines(SMAPS)) {
                if (inside && line.startsWith(PAGE_SIZE)) {
                    return kibibytes(line) * 1024;
                }
                int dash = line.indexOf('-');
                int space = line.indexOf(' ');
                if (dash > 0 && space > dash && isHex(line.substring(0, dash))) {
                    long start = Long.parseUnsignedLong(line.substring(0, dash), 16);
                    long end = Long.parseUnsignedLong(line.substring(dash + 1, space), 16);
                    inside = Long.compareUnsigned(address, start) >= 0 && Long.compareUnsigned(address, end) < 0;
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return 0;
    }

    private static boolean isHex(String text) {
        return text.chars().allMatch(c -> Character.digit(c, 16) >= 0);
    }

    private static long kibibytes(String line) {
        String value = line.substring(PAGE_SIZE.length()).trim().toLowerCase(Locale.ROOT);
        return Long.parseLong(value.substring(0, value.indexOf(' ')));
    }

    @Override
    public void close() {
        file.close();
    }
}
