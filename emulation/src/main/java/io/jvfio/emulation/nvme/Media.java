// SPDX-License-Identifier: Apache-2.0
package io.jvfio.emulation.nvme;

import java.lang.foreign.MemorySegment;

/**
 * What holds the blocks of a namespace: memory, so that data moves between it and the driver's memory in one copy.
 *
 * <p>Threads: one at a time, but for {@link #close}, which comes after all others.
 */
interface Media extends AutoCloseable {

    /** All bytes. */
    MemorySegment memory();

    /**
     * Makes what was written last.
     *
     * @param offset bytes from the start
     * @param length bytes, 0 or more
     * @throws java.io.UncheckedIOException if it could not be written
     */
    void flush(long offset, long length);

    /**
     * Makes a range read as zeroes, and gives its storage back where that is possible in whole pages.
     *
     * @param offset bytes from the start
     * @param length bytes, 0 or more
     */
    void clear(long offset, long length);

    /**
     * As {@link #clear}, but leaves whole pages as they are if their storage cannot be given back: it takes no time that
     * grows with the length.
     *
     * @param offset bytes from the start
     * @param length bytes, 0 or more
     */
    void deallocate(long offset, long length);

    /** Whether {@link #flush} does anything. */
    boolean persistent();

    /** Gives everything back; a file is written out. */
    @Override
    void close();
}
