// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.kernel;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What the IOMMU's own page table says of an address, from the debug files of the Intel driver
 * ({@code Documentation/ABI/testing/debugfs-intel-iommu}).
 */
final class IommuPageTable {
    private static final Path DEBUG_FILES = Path.of("/sys/kernel/debug/iommu/intel");
    private static final long PAGE = 4096;

    /** Columns of a line: the page frame, then an entry of each level from the top. */
    private static final int COLUMNS = 6;

    /** The size of page that an entry of the last three levels stands for. */
    private static final long[] LEAF_SIZE = {1L << 30, 1L << 21, PAGE};

    private IommuPageTable() {}

    /** Whether this machine's kernel tells. */
    static boolean isReadable() {
        return Files.isDirectory(DEBUG_FILES);
    }

    /** The size of the page that translates an address of a function, or empty if nothing does. */
    static Optional<Long> pageSize(String function, long iova) throws IOException {
        Path table = DEBUG_FILES.resolve(function).resolve("domain_translation_struct");
        try (Stream<String> lines = Files.lines(table)) {
            return lines.map(line -> line.split("[\\s|]+", -1))
                    .filter(columns -> columns.length >= COLUMNS && isFrame(columns[0], iova / PAGE))
                    .findFirst()
                    .map(IommuPageTable::leaf);
        }
    }

    private static boolean isFrame(String column, long frame) {
        return column.startsWith("0x") && Long.parseUnsignedLong(column.substring(2), 16) == frame;
    }

    /** The lowest level with an entry holds the page. */
    private static long leaf(String[] columns) {
        for (int level = LEAF_SIZE.length - 1; level >= 0; level--) {
            if (Long.parseUnsignedLong(columns[level + COLUMNS - LEAF_SIZE.length].substring(2), 16) != 0) {
                return LEAF_SIZE[level];
            }
        }
        throw new IllegalStateException("a line without an entry: " + String.join(" ", columns));
    }
}
