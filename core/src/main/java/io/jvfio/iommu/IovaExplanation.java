// SPDX-License-Identifier: Apache-2.0
package io.jvfio.iommu;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an address means in an address space: the answer to "the device faulted at this IOVA, why?".
 *
 * <p>{@link Object#toString} of each is one line for people. Threads: immutable.
 */
public sealed interface IovaExplanation {

    /** The address asked about. */
    long iova();

    /**
     * It is mapped.
     *
     * @param mapping the mapping that it lies in
     * @param offset bytes from the start of what is mapped
     * @param label what the mapping was called, or empty
     * @param since when it was mapped
     * @param origin the stack of the call that mapped it, if the space records stacks
     */
    record Mapped(
            long iova, DmaMapping mapping, long offset, String label, Instant since, @Nullable Throwable origin)
            implements IovaExplanation {}

    /**
     * It was mapped and is no more.
     *
     * @param range the range of the ended mapping
     * @param offset bytes from the start of what was mapped
     * @param label what the mapping was called, or empty
     * @param since when it was mapped
     * @param until when the unmap was complete
     * @param origin the stack of the call that mapped it, if the space records stacks
     */
    record Ended(
            long iova,
            IovaRange range,
            long offset,
            String label,
            Instant since,
            Instant until,
            @Nullable Throwable origin)
            implements IovaExplanation {}

    /**
     * It could be mapped, but was not, as far back as the history reaches.
     *
     * @param below the mapping that ends closest below it, or null
     * @param above the mapping that starts closest above it, or null
     */
    record NeverMapped(long iova, @Nullable DmaMapping below, @Nullable DmaMapping above) implements IovaExplanation {}

    /**
     * No mapping can be there.
     *
     * @param usable the ranges where mappings can be
     */
    record OutsideUsable(long iova, List<IovaRange> usable) implements IovaExplanation {
        /** Copies the list. */
        public OutsideUsable {
            usable = List.copyOf(usable);
        }
    }

    /**
     * The device cannot name it.
     *
     * @param bits how many address bits the device has
     */
    record OutsideMask(long iova, int bits) implements IovaExplanation {}
}
