// SPDX-License-Identifier: Apache-2.0
package io.jvfio.binding;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Which kernel driver a function should have, and everything that led there. The same facts and the same request give
 * an equal decision anywhere.
 *
 * <p>Threads: immutable.
 *
 * @param outcome what it came to
 * @param module the module to load; null if nothing is chosen, or a registered driver has no module that is known
 * @param driver the driver to bind; null if nothing is chosen, or its name shows only when the module is loaded
 * @param key what decided: {@code K1} to {@code K3}, {@code O1} to {@code O5}, or a word
 * @param reason the same for people
 * @param problem why not, if the outcome is no driver; null otherwise
 * @param overrides what could have named a driver, the first that does has
 * @param candidates the drivers that claim the device, the best first
 * @param libvirt what libvirt would choose
 * @param safety what speaks against the change
 * @param notes what else is worth knowing
 */
public record Decision(
        Outcome outcome,
        @Nullable String module,
        @Nullable String driver,
        String key,
        String reason,
        @Nullable BindingProblem problem,
        List<OverrideSource> overrides,
        List<Candidate> candidates,
        Parity libvirt,
        List<Safety> safety,
        List<String> notes) {

    /** What a choice can come to. Threads: immutable. */
    public enum Outcome {
        /** The best driver for it. */
        SELECT,
        /** The driver that it has. */
        KEEP,
        /** Not the best one, which cannot be had. */
        DEGRADED,
        /** The one that somebody named. */
        FORCED,
        /** None, because that would hurt or cannot be. */
        REFUSED,
        /** None, because two drivers claim it in the same words. */
        AMBIGUOUS,
        /** None, because there is none. */
        NONE
    }

    /**
     * A place that could name a driver.
     *
     * <p>Threads: immutable.
     *
     * @param rank {@code O1} to {@code O5}, the first is the strongest
     * @param source what it is
     * @param value the driver that it names
     * @param used whether it decided
     */
    public record OverrideSource(String rank, String source, String value, boolean used) {
        /** Refuses null. */
        public OverrideSource {
            Objects.requireNonNull(rank, "rank");
            Objects.requireNonNull(source, "source");
            Objects.requireNonNull(value, "value");
        }
    }

    /**
     * What libvirt would choose.
     *
     * <p>Threads: immutable.
     *
     * @param module the module, or {@code vfio-pci} if it finds none
     * @param note why it differs from this choice, or on what it rests; empty if there is nothing to say
     */
    public record Parity(String module, String note) {
        /** Refuses null. */
        public Parity {
            Objects.requireNonNull(module, "module");
            Objects.requireNonNull(note, "note");
        }
    }

    /**
     * A hazard and what the request makes of it.
     *
     * <p>Threads: immutable.
     *
     * @param hazard the hazard
     * @param lifted whether the request puts up with it
     */
    public record Safety(Hazard hazard, boolean lifted) {
        /** Refuses null. */
        public Safety {
            Objects.requireNonNull(hazard, "hazard");
        }
    }

    /** Copies the lists. */
    public Decision {
        Objects.requireNonNull(outcome, "outcome");
        Objects.requireNonNull(key, "key");
        Objects.requireNonNull(reason, "reason");
        Objects.requireNonNull(libvirt, "libvirt");
        overrides = List.copyOf(overrides);
        candidates = List.copyOf(candidates);
        safety = List.copyOf(safety);
        notes = List.copyOf(notes);
    }

    /** Whether there is something to do. */
    public boolean changes() {
        return switch (outcome) {
            case SELECT, DEGRADED, FORCED -> true;
            case KEEP, REFUSED, AMBIGUOUS, NONE -> false;
        };
    }

    /** Why there is no driver, or empty if there is one. */
    public Optional<BindingProblem> failure() {
        return Optional.ofNullable(problem);
    }

    /** The driver, or the module as long as the driver's name is unknown; empty if nothing is chosen. */
    public String name() {
        return driver != null ? driver : module != null ? module : "";
    }
}
