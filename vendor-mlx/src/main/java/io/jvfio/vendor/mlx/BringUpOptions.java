// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vendor.mlx;

import java.time.Duration;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * How a function is brought up.
 *
 * <p>Threads: immutable; the listener is called by whoever brings up.
 *
 * @param initialization how long the firmware may initialize
 * @param command how long a command may take; zero for what the firmware says, or a minute
 * @param vectors how many MSI-X vectors at most, 1 or more; the first is for commands and the firmware's own events
 * @param checksums whether signatures are checked by both sides
 * @param fastTeardown whether the function is stopped at once where it can be, with all that it has going; otherwise
 *     resources and pages are taken back one by one
 * @param progress told each step before it is done
 */
public record BringUpOptions(
        Duration initialization,
        Duration command,
        int vectors,
        boolean checksums,
        boolean fastTeardown,
        Consumer<String> progress) {
    /** Checks the numbers. */
    public BringUpOptions {
        Objects.requireNonNull(initialization, "initialization");
        Objects.requireNonNull(command, "command");
        Objects.requireNonNull(progress, "progress");
        if (vectors < 1) {
            throw new IllegalArgumentException(vectors + " vectors");
        }
    }

    /** Two minutes for the firmware, its own limit for commands, two vectors. */
    public static BringUpOptions defaults() {
        return new BringUpOptions(Duration.ofMinutes(2), Duration.ZERO, 2, false, false, step -> {});
    }

    /** The same with other limits. */
    public BringUpOptions withLimits(Duration initializing, Duration commands) {
        return new BringUpOptions(initializing, commands, vectors, checksums, fastTeardown, progress);
    }

    /** The same with signatures checked or not. */
    public BringUpOptions withChecksums(boolean on) {
        return new BringUpOptions(initialization, command, vectors, on, fastTeardown, progress);
    }

    /** The same with up to so many vectors. */
    public BringUpOptions withVectors(int most) {
        return new BringUpOptions(initialization, command, most, checksums, fastTeardown, progress);
    }

    /** The same with a fast teardown or not. */
    public BringUpOptions withFastTeardown(boolean on) {
        return new BringUpOptions(initialization, command, vectors, checksums, on, progress);
    }

    /** The same with somebody who is told of each step. */
    public BringUpOptions withProgress(Consumer<String> listener) {
        return new BringUpOptions(initialization, command, vectors, checksums, fastTeardown, listener);
    }
}
