// SPDX-License-Identifier: Apache-2.0
package io.jvfio.emulation;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a driver asked of a model that the model does not have, and where it waited in vain: in its BARs, in config space
 * behind the header and in regions that it has added. Mapped memory, the power state, and copies of more than eight bytes of
 * what is no BAR are not looked at.
 *
 * <p>Threads: immutable.
 *
 * @param missing accesses that the model does not implement, by their places
 * @param others how many more there were, at places for which there was no room
 * @param spins registers on which the driver spun
 * @param undescribed the BARs and added regions of whose registers the model has not said which there are, so that nothing
 *     is missing
 */
public record ModelReport(List<Missing> missing, long others, List<Spin> spins, List<Integer> undescribed) {
    /** Copies what it is given. */
    public ModelReport {
        missing = List.copyOf(missing);
        spins = List.copyOf(spins);
        undescribed = List.copyOf(undescribed);
    }

    /** Whether there is nothing to tell. */
    public boolean isEmpty() {
        return missing.isEmpty() && others == 0 && spins.isEmpty();
    }

    /**
     * A kind of access that the model does not implement.
     *
     * @param region its index: a BAR, config space or one that was added
     * @param offset bytes from the region's start
     * @param width bytes
     * @param write whether it was a write
     * @param register the register there that does not take such an access, or null if there is none
     * @param count how often it happened
     */
    public record Missing(
            int region,
            long offset,
            int width,
            boolean write,
            @Nullable String register,
            long count) {}

    /**
     * A register that the driver read again and again, not a quarter of a second apart, for a second and longer, while it
     * did not change and was not written.
     *
     * @param region its index: a BAR, config space or one that was added
     * @param offset bytes from the region's start
     * @param width bytes of the last read
     * @param register its name, or null if the model has not said it
     * @param value what it read as, the last time
     * @param reads how many reads there were, the last time
     * @param longest the longest time, by the model's clock
     * @param times how often this happened
     */
    public record Spin(
            int region,
            long offset,
            int width,
            @Nullable String register,
            long value,
            long reads,
            Duration longest,
            long times) {
        /** Refuses null. */
        public Spin {
            Objects.requireNonNull(longest, "longest");
        }
    }
}
