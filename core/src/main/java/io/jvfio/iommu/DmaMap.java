// SPDX-License-Identifier: Apache-2.0
package io.jvfio.iommu;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What is mapped in an address space at one moment, sorted by address: lookup, pinning for device-initiated DMA, and
 * explanation of an address.
 *
 * <p>Threads: immutable; nothing here takes a lock.
 */
public final class DmaMap {

    DmaMap() {}

    /** How many mappings there are. */
    public int size() {
        throw new UnsupportedOperationException();
    }

    /** The mapping under an address, or null. Allocates nothing. */
    public @Nullable DmaMapping find(long iova) {
        throw new UnsupportedOperationException();
    }

    /** Calls {@code action} with each mapping, in ascending order of address. */
    public void forEach(Consumer<? super DmaMapping> action) {
        throw new UnsupportedOperationException();
    }

    /**
     * Holds the mappings under a range, all or none. Take a fresh map for each transfer: one that is being unmapped
     * cannot be pinned, and newer ones are not in this snapshot. Allocates nothing once {@code pin} has grown to the
     * number of mappings that a transfer spans.
     *
     * @param iova the first address
     * @param length bytes, more than 0; the range does not pass 2^64
     * @param access what is done to the memory
     * @param pin where to keep it; must not hold anything
     */
    public DmaPin.Result pin(long iova, long length, Access access, DmaPin pin) {
        throw new UnsupportedOperationException();
    }

    /** What an address means. The history of ended mappings is the current one, not that of this snapshot. */
    public IovaExplanation explain(long iova) {
        throw new UnsupportedOperationException();
    }
}
