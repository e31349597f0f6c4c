// SPDX-License-Identifier: Apache-2.0
package io.jvfio.driver.nvme.data;

import io.jvfio.Hex;
import io.jvfio.iommu.ScatterList;

/**
 * Describes data by physical region pages (4.3 of the specification): the command has the address of the first page, and
 * of the second page or of a list of all from the second on. A list that is longer than a page ends with the address of the
 * next page of it.
 *
 * <p>Threads: stateless.
 */
final class Prps {
    private static final int ENTRY = Long.BYTES;

    private Prps() {}

    /** Whether the data can be described so: only its first byte and its end may lie inside a page. */
    static boolean canDescribe(ScatterList data, int pageSize) {
        for (int part = 0; part < data.parts(); part++) {
            long start = data.address(part);
            boolean startFits = part == 0 ? (start & 3) == 0 : inPage(start, pageSize) == 0;
            boolean endFits = part == data.parts() - 1 || inPage(start + data.length(part), pageSize) == 0;
            if (!startFits || !endFits) {
                return false;
            }
        }
        return true;
    }

    /** How many pages the data touches. */
    static long pages(ScatterList data, int pageSize) {
        // A division costs as much as all else here, and pages are powers of two.
        int bits = Integer.numberOfTrailingZeros(pageSize);
        long count = 0;
        for (int part = 0; part < data.parts(); part++) {
            count += inPage(data.address(part), pageSize) + data.length(part) + pageSize - 1 >>> bits;
        }
        return count;
    }

    /** How many pages of lists data of a size needs at most, wherever it starts. */
    static int listPages(long size, int pageSize) {
        long entries = (size + pageSize - 1) / pageSize;
        return Math.toIntExact(entries <= 1 ? 0 : listPagesFor(entries, pageSize));
    }

    /**
     * Puts the data's description into a command.
     *
     * @throws IllegalArgumentException if it cannot be described so, or the lists do not have enough pages
     */
    static void describe(ScatterList data, DescriptorPages lists, CommandFields command) {
        int pageSize = lists.pageSize();
        if (!canDescribe(data, pageSize)) {
            throw new IllegalArgumentException(data + " cannot be described by pages of " + Hex.of(pageSize)
                    + " bytes: only the first part may start, and only the last may end, inside a page");
        }
        long entries = pages(data, pageSize) - 1;
        long second = 0;
        if (entries == 1) {
            long firstPage = pageSize - inPage(data.address(0), pageSize);
            boolean samePart = data.length(0) > firstPage;
            second = samePart ? data.address(0) + firstPage : data.address(1);
        } else if (entries > 1) {
            if (listPagesFor(entries, pageSize) > lists.count()) {
                throw new IllegalArgumentException(data + " needs more than " + lists.count() + " pages of PRPs");
            }
            writeList(data, entries, lists);
            second = lists.address(0);
        }
        command.prps(data.address(0), second);
    }

    private static void writeList(ScatterList data, long entries, DescriptorPages lists) {
        int pageSize = lists.pageSize();
        long last = (long) pageSize - ENTRY;
        long left = entries;
        int list = 0;
        long at = 0;
        for (int part = 0; part < data.parts(); part++) {
            long start = data.address(part);
            // The first page of all is in the command.
            long offset = part == 0 ? pageSize - inPage(start, pageSize) : 0;
            for (; offset < data.length(part); offset += pageSize) {
                if (at == last && left > 1) {
                    lists.set(list, at, lists.address(list + 1));
                    list++;
                    at = 0;
                }
                lists.set(list, at, start + offset);
                at += ENTRY;
                left--;
            }
        }
    }

    /** How far an address lies inside its page. */
    private static long inPage(long address, int pageSize) {
        return address & pageSize - 1L;
    }

    private static long listPagesFor(long entries, int pageSize) {
        // All pages but the last have one entry less, for the address of the next.
        int linked = pageSize / ENTRY - 1;
        return Math.max(1, (entries - 1 + linked - 1) / linked);
    }
}
