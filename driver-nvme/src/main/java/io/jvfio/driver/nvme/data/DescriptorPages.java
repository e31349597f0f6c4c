// SPDX-License-Identifier: Apache-2.0
package io.jvfio.driver.nvme.data;

import io.jvfio.Hex;
import io.jvfio.mmio.Word64;
import java.lang.foreign.MemorySegment;

/**
 * The pages in which one command's lists of PRPs or SGL descriptors are written.
 *
 * <p>Threads: one at a time.
 */
public final class DescriptorPages {
    private static final Word64 WORD = Word64.at(0);

    private final MemorySegment memory;
    private final long[] addresses;
    private final int pageSize;

    /**
     * Pages that lie together here, and anywhere for the device.
     *
     * @param memory as many pages as there are addresses
     * @param addresses the device's address of each page, a multiple of the page size
     * @param pageSize the controller's memory page in bytes
     */
    public DescriptorPages(MemorySegment memory, long[] addresses, int pageSize) {
        if (memory.byteSize() != (long) addresses.length * pageSize) {
            throw new IllegalArgumentException(addresses.length + " pages in " + Hex.of(memory.byteSize()) + " bytes");
        }
        this.memory = memory;
        this.addresses = addresses;
        this.pageSize = pageSize;
    }

    /** How many pages there are. */
    int count() {
        return addresses.length;
    }

    int pageSize() {
        return pageSize;
    }

    long address(int page) {
        return addresses[page];
    }

    /** Writes a word; the offset in the page is in bytes. */
    void set(int page, long offset, long value) {
        WORD.set(memory, (long) page * pageSize + offset, value);
    }
}
