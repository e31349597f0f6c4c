// SPDX-License-Identifier: Apache-2.0
package io.jvfio.variant;

import io.jvfio.carrier.Abilities;
import io.jvfio.device.HotReset;
import io.jvfio.device.InfoCapability;
import io.jvfio.device.Quiesce;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * What a storey adds to the device below, given to the constructor of {@link VariantDevice}.
 *
 * <p>Threads: immutable; what its parts do is theirs.
 *
 * @param regions the regions that it adds; their indexes follow those below
 * @param traps pages of regions below whose accesses it takes itself
 * @param overlay what it shows in config space
 * @param capabilities what it adds to the info chain of the device
 * @param abilities what it can do, besides {@link Quiesce} and {@link HotReset}
 * @param passed types of abilities of the device below that may be had past this one
 */
public record Additions(
        List<AddedRegion> regions,
        List<Trap> traps,
        ConfigOverlay overlay,
        List<InfoCapability> capabilities,
        Abilities abilities,
        Set<Class<?>> passed) {
    /** Copies the collections. */
    public Additions {
        regions = List.copyOf(regions);
        traps = List.copyOf(traps);
        Objects.requireNonNull(overlay, "overlay");
        Objects.requireNonNull(abilities, "abilities");
        capabilities = List.copyOf(capabilities);
        passed = Set.copyOf(passed);
    }

    /** Nothing. */
    public static Additions none() {
        return new Additions(List.of(), List.of(), ConfigOverlay.none(), List.of(), Abilities.none(), Set.of());
    }

    /** The same with these regions. */
    public Additions withRegions(List<AddedRegion> added) {
        return new Additions(added, traps, overlay, capabilities, abilities, passed);
    }

    /** The same with these traps. */
    public Additions withTraps(List<Trap> taken) {
        return new Additions(regions, taken, overlay, capabilities, abilities, passed);
    }

    /** The same with this overlay. */
    public Additions withOverlay(ConfigOverlay shown) {
        return new Additions(regions, traps, shown, capabilities, abilities, passed);
    }

    /** The same with these capabilities of the device. */
    public Additions withCapabilities(List<InfoCapability> told) {
        return new Additions(regions, traps, overlay, told, abilities, passed);
    }

    /** The same with one ability more. */
    public <T> Additions withAbility(Class<T> type, T ability) {
        return new Additions(regions, traps, overlay, capabilities, abilities.with(type, ability), passed);
    }

    /** The same with these abilities from below. */
    public Additions withPassed(Set<Class<?>> types) {
        return new Additions(regions, traps, overlay, capabilities, abilities, types);
    }
}
