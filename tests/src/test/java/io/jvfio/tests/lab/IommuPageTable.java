// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What the IOMMU's own page table says of an address, from the debug files of the Intel driver
 * ({@code Documentation/ABI/testing/debugfs-intel-iommu}).
 */
public final class IommuPageTable {
    private static final Path DEBUG_FILES = Path.of("/sys/kernel/debug/iommu/intel");
    private static final long PAGE = 4096;

    /** The sizes of page by the columns of a line: the page frame and the entries of three, four or five levels. */
    private static final Map<Integer, Long> SIZES = Map.of(4, 1L << 30, 5, 1L << 21, 6, PAGE);

    private IommuPageTable() {}

    /** Whether this machine's kernel tells. */
    public static boolean isReadable() {
        return Files.isDirectory(DEBUG_FILES);
    }

    /** The size of the page that translates an address of a function, or empty if nothing does. */
    public static Optional<Long> pageSize(String function, long iova) throws IOException {
        Path table = DEBUG_FILES.resolve(function).resolve("domain_translation_struct");
        try (Stream<String> lines = Files.lines(table)) {
            return lines.filter(line -> line.startsWith("0x"))
                    .map(line -> line.split("[\\s|]+"))
                    .filter(columns -> {
                        long start = Long.parseUnsignedLong(columns[0].substring(2), 16) * PAGE;
                        return iova >= start && iova < start + size(columns);
                    })
                    .findFirst()
                    .map(IommuPageTable::size);
        }
    }

    private static long size(String[] columns) {
        Long size = SIZES.get(columns.length);
        if (size == null) {
            throw new IllegalStateException("not a line of a page table: " + String.join(" ", columns));
        }
        return size;
    }
}
