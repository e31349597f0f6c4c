// SPDX-License-Identifier: Apache-2.0
package io.jvfio.binding;

import io.jvfio.binding.ModuleAlias.Source;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The drivers that a kernel could bind: what its modules claim, which of them can be had, and what is registered.
 *
 * <p>Threads: immutable; as it was when it was read.
 *
 * @param release the kernel's release, as {@code uname -r} says
 * @param problem why the lists of aliases are not to be had; empty if they are
 * @param aliases the claims of VFIO's PCI drivers, in the order of the lists
 * @param modules by name with underscores, the modules that claim something or are named by a request
 * @param drivers by name, each registered PCI driver with its module; the module is empty if it is unknown
 * @param order names of modules in the order of {@code modules.order}
 * @param lockdown how the kernel is locked down; empty if it is not
 * @param moduleOptions lines of {@code modprobe}'s configuration that let vfio-pci take devices by their ids when it is
 *     loaded
 */
public record Catalogue(
        String release,
        String problem,
        List<ModuleAlias> aliases,
        Map<String, ModuleFacts> modules,
        Map<String, String> drivers,
        List<String> order,
        String lockdown,
        List<String> moduleOptions) {

    /** Copies the collections. */
    public Catalogue {
        Objects.requireNonNull(release, "release");
        Objects.requireNonNull(problem, "problem");
        Objects.requireNonNull(lockdown, "lockdown");
        aliases = List.copyOf(aliases);
        modules = Map.copyOf(modules);
        drivers = Map.copyOf(drivers);
        order = List.copyOf(order);
        moduleOptions = List.copyOf(moduleOptions);
    }

    /** Whether the lists of aliases could be read. */
    public boolean available() {
        return problem.isEmpty();
    }

    /** How many aliases come from one list. */
    public long count(Source source) {
        Objects.requireNonNull(source, "source");
        return aliases.stream().filter(alias -> alias.source() == source).count();
    }

    /** What is known of a module; its name can have dashes. */
    public Optional<ModuleFacts> module(String name) {
        return Optional.ofNullable(modules.get(Names.fold(name)));
    }

    /** Whether a module claims devices for VFIO. */
    boolean offersVfio(String module) {
        String folded = Names.fold(module);
        return aliases.stream().anyMatch(alias -> Names.fold(alias.module()).equals(folded));
    }

    /** Whether a driver offers VFIO, as far as its module claims devices for it. */
    boolean isVfioDriver(String driver) {
        String module = drivers.get(driver);
        return driver.equals("vfio-pci") || offersVfio(module == null || module.isEmpty() ? driver : module);
    }

    /** Names that a user may have meant, the nearest first: registered drivers and modules for VFIO. */
    List<String> near(String name) {
        Set<String> known = new TreeSet<>(drivers.keySet());
        aliases.forEach(alias -> known.add(alias.module()));
        String folded = Names.fold(name);
        Map<String, Integer> distances = known.stream()
                .collect(Collectors.toMap(
                        candidate -> candidate, candidate -> Names.distance(folded, Names.fold(candidate))));
        return known.stream()
                .filter(candidate -> distances.getOrDefault(candidate, 0) <= Math.max(2, name.length() / 3))
                .sorted((one, other) ->
                        Integer.compare(distances.getOrDefault(one, 0), distances.getOrDefault(other, 0)))
                .limit(3)
                .toList();
    }

    /** The position of a module in {@code modules.order}; after all others if it is not listed. */
    int position(String module) {
        String folded = Names.fold(module);
        int found = order.indexOf(folded);
        return found < 0 ? Integer.MAX_VALUE : found;
    }

    /** The folded names of all modules that claim something. */
    static Set<String> modulesOf(Collection<ModuleAlias> aliases) {
        return aliases.stream().map(alias -> Names.fold(alias.module())).collect(Collectors.toCollection(TreeSet::new));
    }
}
