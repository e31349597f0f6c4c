// SPDX-License-Identifier: Apache-2.0
package io.jvfio.iommu;

import java.lang.foreign.MemorySegment;

/**
 * Holds what is mapped at a range of IOVAs while a device model, or a server, moves bytes there: none of the mappings
 * under it is unmapped before {@link #close}. Reusable, so that a transfer allocates nothing.
 *
 * <p>Threads: one at a time.
 */
public final class DmaPin implements AutoCloseable {

    /** Why a range was pinned or not. */
    public enum Result {
        /** It is held until {@link DmaPin#close}. */
        PINNED,
        /** At {@link DmaPin#fault} nothing is mapped, or it is just being unmapped. */
        UNMAPPED,
        /** At {@link DmaPin#fault} the mapping does not grant the access. */
        DENIED
    }

    /** A pin that holds nothing yet. */
    public DmaPin() {}

    /** How many mappings lie under the range. */
    public int parts() {
        throw new UnsupportedOperationException();
    }

    /** The mapping under a part, 0 to {@code parts() - 1}. */
    public DmaMapping mapping(int part) {
        throw new UnsupportedOperationException();
    }

    /** Where a part starts, in bytes from the start of its mapping. */
    public long offset(int part) {
        throw new UnsupportedOperationException();
    }

    /** How many bytes a part has. */
    public long length(int part) {
        throw new UnsupportedOperationException();
    }

    /** The first address that could not be pinned, after a result other than {@link Result#PINNED}. */
    public long fault() {
        throw new UnsupportedOperationException();
    }

    /** Copies from the pinned range, from {@code offset} bytes on, to all of {@code target}. */
    public void read(long offset, MemorySegment target) {
        throw new UnsupportedOperationException();
    }

    /** Copies all of {@code source} to the pinned range, from {@code offset} bytes on. */
    public void write(long offset, MemorySegment source) {
        throw new UnsupportedOperationException();
    }

    /** Lets go. Idempotent; the object can be used again. */
    @Override
    public void close() {
        throw new UnsupportedOperationException();
    }
}
