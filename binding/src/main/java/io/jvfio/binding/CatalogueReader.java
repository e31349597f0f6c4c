// SPDX-License-Identifier: Apache-2.0
package io.jvfio.binding;

import io.jvfio.binding.HostFiles.ModuleFile;
import io.jvfio.binding.ModuleFacts.State;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Reads the catalogue of the running kernel.
 *
 * <p>Threads: one at a time.
 */
final class CatalogueReader {
    private static final String DRIVERS = "/sys/bus/pci/drivers";

    private final HostFiles files;
    private final String release;
    private final @Nullable String directory;

    private CatalogueReader(HostFiles files) {
        this.files = files;
        this.release = files.textOrEmpty("/proc/sys/kernel/osrelease");
        this.directory = directory();
    }

    /**
     * Reads it.
     *
     * @param named drivers or modules that a request or a policy names: what is known of them is added
     */
    static Catalogue read(HostFiles files, Collection<String> named) {
        return new CatalogueReader(files).read(named);
    }

    private @Nullable String directory() {
        for (String root : List.of("/lib/modules/", "/usr/lib/modules/")) {
            if (!release.isEmpty() && files.exists(root + release)) {
                return root + release;
            }
        }
        return null;
    }

    private Catalogue read(Collection<String> named) {
        List<String> loadable = lines("modules.alias", ModuleAlias.PREFIX);
        List<String> builtin = lines("modules.builtin.modinfo", ModuleAlias.PREFIX);
        Set<ModuleAlias> aliases = new LinkedHashSet<>();
        loadable.stream().map(ModuleAlias::ofLine).filter(Objects::nonNull).forEach(aliases::add);
        builtin.stream().map(ModuleAlias::ofBuiltin).filter(Objects::nonNull).forEach(aliases::add);
        Set<String> names = Catalogue.modulesOf(aliases);
        Map<String, String> drivers = drivers();
        for (String name : named) {
            String module = drivers.getOrDefault(name, "");
            names.add(Names.fold(module.isEmpty() ? name : module));
        }
        ModprobeConfig config = ModprobeConfig.read(files);
        return new Catalogue(
                release,
                problem(),
                List.copyOf(aliases),
                modules(names, config),
                drivers,
                order(names),
                lockdown(),
                config.idsOfVfioPci());
    }

    private List<String> lines(String list, String filter) {
        List<String> lines = directory == null ? null : files.lines(directory + "/" + list, filter);
        return lines == null ? List.of() : lines;
    }

    private String problem() {
        if (directory == null) {
            return "no modules of the running kernel " + (release.isEmpty() ? "" : release + " ")
                    + "are below /lib/modules, as in a container";
        }
        return files.exists(directory + "/modules.alias") || files.exists(directory + "/modules.builtin.modinfo")
                ? ""
                : directory + " has no modules.alias: run depmod";
    }

    /** Each registered driver with its module. */
    private Map<String, String> drivers() {
        Map<String, String> modules = new TreeMap<>();
        for (String driver : files.names(DRIVERS)) {
            String module = files.target(DRIVERS + "/" + driver + "/module");
            modules.put(driver, module == null ? "" : module);
        }
        return modules;
    }

    private Map<String, ModuleFacts> modules(Set<String> names, ModprobeConfig config) {
        Map<String, String> loadable = filesOf("modules.dep", names);
        Map<String, String> builtin = filesOf("modules.builtin", names);
        boolean disabled = files.number("/proc/sys/kernel/modules_disabled", 0) != 0;
        Map<String, ModuleFacts> modules = new TreeMap<>();
        for (String name : new TreeSet<>(names)) {
            String file = loadable.getOrDefault(name, "");
            boolean there = !file.isEmpty() && directory != null && files.exists(directory + "/" + file);
            String in = "/sys/module/" + name;
            State state;
            if (builtin.containsKey(name)) {
                state = State.BUILT_IN;
            } else if (files.exists(in)) {
                state = State.LOADED;
            } else if (!there) {
                state = State.MODULE_FILE_MISSING;
            } else if (disabled) {
                state = State.MODULES_DISABLED;
            } else {
                state = config.prohibits(name) ? State.ADMIN_PROHIBITED : State.LOADABLE;
            }
            modules.put(
                    name,
                    new ModuleFacts(name, state, file, files.textOrEmpty(in + "/version"), driversOf(files, name)));
        }
        return modules;
    }

    /** The PCI drivers of a module that is there: of all its drivers, they begin with the name of their bus. */
    static List<String> driversOf(HostFiles files, String module) {
        List<String> drivers = new ArrayList<>();
        for (String entry : files.names(Names.driversOf(module))) {
            if (entry.startsWith("pci:")) {
                drivers.add(entry.substring("pci:".length()));
            }
        }
        return drivers;
    }

    private Map<String, String> filesOf(String list, Set<String> names) {
        Map<String, String> found = new HashMap<>();
        for (String name : names) {
            ModuleFile file = directory == null ? null : files.moduleFile(directory + "/" + list, name);
            if (file != null) {
                found.put(name, file.path());
            }
        }
        return found;
    }

    /** The modules in the order of {@code modules.order}. */
    private List<String> order(Set<String> names) {
        SortedMap<Integer, String> byLine = new TreeMap<>();
        for (String name : names) {
            ModuleFile file = directory == null ? null : files.moduleFile(directory + "/modules.order", name);
            if (file != null) {
                byLine.put(file.line(), name);
            }
        }
        return List.copyOf(byLine.values());
    }

    /** {@code none [integrity] confidentiality}. */
    private String lockdown() {
        String modes = files.textOrEmpty("/sys/kernel/security/lockdown");
        int start = modes.indexOf('[');
        int end = modes.indexOf(']');
        String mode = start < 0 || end < start ? "" : modes.substring(start + 1, end);
        return mode.equals("none") ? "" : mode;
    }
}
