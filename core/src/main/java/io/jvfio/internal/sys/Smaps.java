// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.sys;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;

/**
 * Which pages memory really has: {@code /proc/self/smaps}, {@code proc_pid_smaps(5)}.
 *
 * <p>Threads: thread-safe; each call reads anew.
 */
public final class Smaps {
    private static final Path SMAPS = Path.of("/proc/self/smaps");
    private static final Path PMD_SIZE = Path.of("/sys/kernel/mm/transparent_hugepage/hpage_pmd_size");
    private static final int KIB = 1024;

    private Smaps() {}

    /**
     * The page size of the memory around an address: that of the file system's huge pages, or of transparent ones if all
     * of the kernel's area there is in such, or else the ordinary one.
     *
     * @return bytes, 0 if nothing is mapped there
     */
    public static long pageSize(long address) {
        try {
            long transparent = Files.exists(PMD_SIZE)
                    ? Long.parseLong(Files.readString(PMD_SIZE).strip())
                    : 0;
            return pageSize(Files.readString(SMAPS), address, transparent);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * The same without transparent huge pages, which the kernel may split and move at any time.
     *
     * @return bytes, 0 if nothing is mapped there
     */
    public static long fixedPageSize(long address) {
        try {
            return pageSize(Files.readString(SMAPS), address, 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The same from the files' content. */
    static long pageSize(String smaps, long address, long transparentPage) {
        Iterator<String> lines = smaps.lines().iterator();
        while (lines.hasNext()) {
            if (contains(lines.next(), address)) {
                return pageSize(lines, transparentPage);
            }
        }
        return 0;
    }

    private static long pageSize(Iterator<String> lines, long transparentPage) {
        long size = 0;
        long page = 0;
        long transparent = 0;
        while (lines.hasNext()) {
            String line = lines.next();
            int colon = line.indexOf(':');
            switch (colon < 0 ? line : line.substring(0, colon)) {
                case "Size" -> size = bytes(line, colon);
                case "KernelPageSize" -> page = bytes(line, colon);
                case "AnonHugePages", "ShmemPmdMapped", "FilePmdMapped" -> transparent += bytes(line, colon);
                case "VmFlags" -> {
                    return transparentPage > page && transparent == size ? transparentPage : page;
                }
                default -> {}
            }
        }
        return page;
    }

    /** Whether a line begins an area, {@code 7f0000000000-7f0000200000 rw-s ...}, and the address is in it. */
    private static boolean contains(String line, long address) {
        int dash = line.indexOf('-');
        int space = line.indexOf(' ');
        if (dash <= 0 || space <= dash || line.charAt(space - 1) == ':') {
            return false;
        }
        long start = Long.parseUnsignedLong(line, 0, dash, 16);
        long end = Long.parseUnsignedLong(line, dash + 1, space, 16);
        return Long.compareUnsigned(address, start) >= 0 && Long.compareUnsigned(address, end) < 0;
    }

    private static long bytes(String line, int colon) {
        String value = line.substring(colon + 1).strip();
        return Long.parseLong(value, 0, value.indexOf(' '), 10) * KIB;
    }
}
