// SPDX-License-Identifier: Apache-2.0
package io.jvfio.binding;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which kernel driver somebody wants, and what may be put at risk for it.
 *
 * <p>Threads: immutable.
 *
 * @param driver a driver or module by name; null to leave the choice to jvfio
 * @param generic whether the driver for all devices of the bus is wanted, instead of one by name
 * @param force whether everything may be forced that can be
 * @param forced the rows that may be forced
 * @param reallySure whether this is meant although the session that asks may end with it
 * @param strict whether a second choice, or data on a disk, is refused
 * @param rebind whether a device that has a VFIO driver already may get a better one
 * @param noIommu whether a device may be had without an IOMMU
 * @param onTie what to do when two drivers claim the device in the same words
 * @param prefer names of modules, the preferred first, for such ties
 */
public record BindRequest(
        @Nullable String driver,
        boolean generic,
        boolean force,
        Set<Hazard.Row> forced,
        boolean reallySure,
        boolean strict,
        boolean rebind,
        boolean noIommu,
        TiePolicy onTie,
        List<String> prefer) {

    /** What to do when two drivers claim a device in the same words. Threads: immutable. */
    public enum TiePolicy {
        /** It is an error that names both. */
        ERROR,
        /** The one that is bound, or else the only one that is there already; otherwise an error. */
        BOUND,
        /** The first in {@code modules.order}, then in the lists of aliases: arbitrary, and said to be. */
        ORDER,
        /** Neither: the next in rank. */
        GENERIC
    }

    /** Copies the collections. */
    public BindRequest {
        Objects.requireNonNull(onTie, "onTie");
        forced = Set.copyOf(forced);
        prefer = List.copyOf(prefer);
        if (driver != null && generic) {
            throw new IllegalArgumentException("either a driver or the generic one: " + driver);
        }
    }

    /** Leaves the choice to jvfio and puts nothing at risk. */
    public static BindRequest auto() {
        return new BindRequest(null, false, false, Set.of(), false, false, false, false, TiePolicy.ERROR, List.of());
    }

    /** The same for a driver or module by name. */
    public BindRequest withDriver(String name) {
        Objects.requireNonNull(name, "name");
        return new BindRequest(name, false, force, forced, reallySure, strict, rebind, noIommu, onTie, prefer);
    }

    /** The same for the driver that takes every device of the bus. */
    public BindRequest withGeneric() {
        return new BindRequest(null, true, force, forced, reallySure, strict, rebind, noIommu, onTie, prefer);
    }

    /** The same with the choice left to jvfio. */
    BindRequest withoutDriver() {
        return new BindRequest(null, false, force, forced, reallySure, strict, rebind, noIommu, onTie, prefer);
    }

    /** The same, and everything may be forced that can be. */
    public BindRequest withForce() {
        return new BindRequest(driver, generic, true, forced, reallySure, strict, rebind, noIommu, onTie, prefer);
    }

    /** The same, and these rows may be forced. */
    public BindRequest withForced(Set<Hazard.Row> rows) {
        return new BindRequest(driver, generic, force, rows, reallySure, strict, rebind, noIommu, onTie, prefer);
    }

    /** The same, and meant although the session that asks may end with it. */
    public BindRequest withReallySure() {
        return new BindRequest(driver, generic, force, forced, true, strict, rebind, noIommu, onTie, prefer);
    }

    /** The same, and a second choice is refused. */
    public BindRequest withStrict() {
        return new BindRequest(driver, generic, force, forced, reallySure, true, rebind, noIommu, onTie, prefer);
    }

    /** The same, and a device that has a VFIO driver may get a better one. */
    public BindRequest withRebind() {
        return new BindRequest(driver, generic, force, forced, reallySure, strict, true, noIommu, onTie, prefer);
    }

    /** The same, and a device may be had without an IOMMU. */
    public BindRequest withNoIommu() {
        return new BindRequest(driver, generic, force, forced, reallySure, strict, rebind, true, onTie, prefer);
    }

    /** The same with another way out of ties. */
    public BindRequest withOnTie(TiePolicy policy) {
        return new BindRequest(driver, generic, force, forced, reallySure, strict, rebind, noIommu, policy, prefer);
    }

    /** The same with a preference among equals. */
    public BindRequest withPrefer(List<String> modules) {
        return new BindRequest(driver, generic, force, forced, reallySure, strict, rebind, noIommu, onTie, modules);
    }

    /** Whether a hazard is put up with. */
    boolean lifts(Hazard hazard) {
        boolean meant = force || forced.contains(hazard.id());
        return switch (hazard.severity()) {
            case NEVER -> false;
            case FORCE -> meant;
            case FORCE_REALLY -> meant && reallySure;
            case NO_IOMMU -> noIommu;
            case STRICT -> !strict || meant;
            case WARN -> true;
        };
    }

    /** What is asked for in a word: {@code auto}, {@code generic}, or {@code driver NAME}. */
    public String wanted() {
        return generic
                ? "generic"
                : Optional.ofNullable(driver).map(name -> "driver " + name).orElse("auto");
    }
}
