// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.sys;

import io.jvfio.Hex;

/**
 * What to map: a part of a file, or of nothing.
 *
 * <p>Threads: immutable.
 *
 * @param offset bytes from the file's start, a multiple of the page size
 * @param length bytes, more than 0; may end inside a page
 * @param pageSize bytes, a power of two
 */
record PageRange(long offset, long length, long pageSize) {

    PageRange {
        checkPageSize(pageSize);
        if (offset < 0 || (offset & (pageSize - 1)) != 0) {
            throw new IllegalArgumentException(
                    "offset " + Hex.of(offset) + " is not a multiple of the page size " + Hex.of(pageSize));
        }
        if (length <= 0 || length > Long.MAX_VALUE - pageSize - offset) {
            throw new IllegalArgumentException("cannot map " + Hex.of(length) + " bytes at offset " + Hex.of(offset));
        }
    }

    static void checkPageSize(long pageSize) {
        if (pageSize <= 0 || Long.bitCount(pageSize) != 1) {
            throw new IllegalArgumentException("page size " + Hex.of(pageSize) + " is not a power of two");
        }
    }

    /**
     * The bits that ask {@code mmap} or {@code memfd_create} for this size of huge page; none for ordinary pages.
     *
     * @param hugetlb the flag of that call that asks for huge pages at all
     */
    static int hugeFlags(SystemCalls sys, long pageSize, int hugetlb) {
        checkPageSize(pageSize);
        return pageSize == sys.pageSize() ? 0 : hugetlb | Long.numberOfTrailingZeros(pageSize) << Abi.HUGE_SHIFT;
    }

    /** The length in whole pages, in bytes. */
    long mappedSize() {
        return (length + pageSize - 1) & -pageSize;
    }

    @Override
    public String toString() {
        return Hex.of(length) + " bytes at offset " + Hex.of(offset);
    }
}
