// SPDX-License-Identifier: Apache-2.0
package io.jvfio.binding;

import java.time.Duration;
import java.util.Objects;

/**
 * How a change is made.
 *
 * <p>Threads: immutable.
 *
 * @param wholeGroup whether the other functions of the group are taken too, all or none
 * @param nextOnFailure whether another kernel driver is tried if the chosen one refuses the device
 * @param persist whether the function is to be bound again at each start of the host
 * @param patience how long the kernel may take for each step
 */
public record BindOptions(boolean wholeGroup, boolean nextOnFailure, boolean persist, Duration patience) {
    /** Refuses null. */
    public BindOptions {
        Objects.requireNonNull(patience, "patience");
    }

    /** This function alone, this kernel driver alone, until the host starts anew; 10 seconds for each step. */
    public static BindOptions defaults() {
        return new BindOptions(false, false, false, Duration.ofSeconds(10));
    }

    /** The same for the whole group. */
    public BindOptions withWholeGroup() {
        return new BindOptions(true, nextOnFailure, persist, patience);
    }

    /** The same, and another driver is tried if the chosen one refuses. */
    public BindOptions withNextOnFailure() {
        return new BindOptions(wholeGroup, true, persist, patience);
    }

    /** The same at each start of the host. */
    public BindOptions withPersist() {
        return new BindOptions(wholeGroup, nextOnFailure, true, patience);
    }

    /** The same with this much time for each step. */
    public BindOptions withPatience(Duration time) {
        return new BindOptions(wholeGroup, nextOnFailure, persist, time);
    }
}
