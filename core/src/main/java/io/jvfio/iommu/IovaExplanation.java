// SPDX-License-Identifier: Apache-2.0
package io.jvfio.iommu;

import io.jvfio.Hex;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What an address means in an address space: the answer to "the device faulted at this IOVA, why?".
 *
 * <p>{@link Object#toString} of each is one line for people.
 *
 * <p>Threads: immutable.
 */
public sealed interface IovaExplanation {

    /** The address asked about. */
    long iova();

    /**
     * It is mapped. A fault there has another cause: the rights, another address space, or a stale IOMMU cache.
     *
     * @param mapping the mapping that it lies in
     * @param offset bytes from the start of what is mapped
     * @param since when it was mapped
     * @param origin the stack of the call that mapped it, if the space keeps stacks
     */
    record Mapped(
            long iova,
            DmaMapping mapping,
            long offset,
            Instant since,
            @Nullable Throwable origin) implements IovaExplanation {
        /** Refuses null. */
        public Mapped {
            Objects.requireNonNull(mapping, "mapping");
            Objects.requireNonNull(since, "since");
        }

        @Override
        public String toString() {
            return Hex.of(iova) + " is mapped: " + Hex.of(offset) + " bytes into " + mapping + ", " + mapping.access()
                    + ", since " + since;
        }
    }

    /**
     * It was mapped and is no more: the device uses memory that its driver has given back.
     *
     * @param range the range of the ended mapping
     * @param offset bytes from the start of what was mapped
     * @param label what the mapping was called, or empty
     * @param since when it was mapped
     * @param until when the unmap was complete
     * @param asked when the question was asked
     * @param origin the stack of the call that mapped it, if the space keeps stacks
     */
    record Ended(
            long iova,
            IovaRange range,
            long offset,
            String label,
            Instant since,
            Instant until,
            Instant asked,
            @Nullable Throwable origin)
            implements IovaExplanation {
        /** Refuses null. */
        public Ended {
            Objects.requireNonNull(range, "range");
            Objects.requireNonNull(label, "label");
            Objects.requireNonNull(since, "since");
            Objects.requireNonNull(until, "until");
            Objects.requireNonNull(asked, "asked");
        }

        /** How long before the question the mapping ended. */
        public Duration ago() {
            return Duration.between(until, asked);
        }

        @Override
        public String toString() {
            String name = label.isEmpty() ? "a mapping at " : '"' + label + "\" at ";
            return Hex.of(iova) + " was unmapped " + ago().toMillis() + " ms ago: " + Hex.of(offset) + " bytes into "
                    + name + range + ", mapped at " + since + ", unmapped at " + until;
        }
    }

    /**
     * It could be mapped but was not, as far back as the history reaches.
     *
     * @param below the mapping that ends closest below it, or null
     * @param above the mapping that starts closest above it, or null
     */
    record NeverMapped(
            long iova, @Nullable DmaMapping below, @Nullable DmaMapping above) implements IovaExplanation {
        @Override
        public String toString() {
            String text = Hex.of(iova) + " was never mapped";
            text += below == null ? "; nothing is mapped below" : "; next below is " + below;
            return text + (above == null ? ", nothing is mapped above" : ", next above is " + above);
        }
    }

    /**
     * No mapping can be there: the address is not one that this space ever gave out.
     *
     * @param usable the ranges where mappings can be
     */
    record OutsideUsable(long iova, List<IovaRange> usable) implements IovaExplanation {
        /** Copies the list. */
        public OutsideUsable {
            usable = List.copyOf(usable);
        }

        @Override
        public String toString() {
            return Hex.of(iova) + " is outside what can be mapped: " + IovaAllocator.list(usable);
        }
    }

    /**
     * The device cannot name it: its DMA mask has fewer bits. What it uses is a number that was cut off or is garbage.
     *
     * @param bits how many address bits the device has
     */
    record OutsideMask(long iova, int bits) implements IovaExplanation {
        @Override
        public String toString() {
            return Hex.of(iova) + " has more than the " + bits + " address bits of the device";
        }
    }

    /**
     * The device cannot get there: its bus or its platform lets only some addresses through. A neighbour in the same space
     * may.
     *
     * @param reach what the device can name
     */
    record OutsideReach(long iova, IovaRange reach) implements IovaExplanation {
        /** Refuses null. */
        public OutsideReach {
            Objects.requireNonNull(reach, "reach");
        }

        @Override
        public String toString() {
            return Hex.of(iova) + " is outside what the device can reach: " + reach;
        }
    }
}
