// SPDX-License-Identifier: Apache-2.0
package io.jvfio.binding;

import io.jvfio.variant.Glob;
import io.jvfio.variant.MatchRule;
import io.jvfio.variant.Modalias;
import io.jvfio.variant.RankKey;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A module's claim to devices, for VFIO: {@code alias vfio_pci:v000015B3d0000101Esv*sd*bc*sc*i* mlx5_vfio_pci}.
 *
 * <p>Threads: immutable.
 *
 * @param source where it is listed
 * @param pattern the pattern with its prefix, as listed
 * @param module the module, as listed
 */
public record ModuleAlias(Source source, String pattern, String module) {
    /** What aliases of VFIO's PCI drivers begin with (since Linux 5.15). */
    static final String PREFIX = "vfio_pci:";

    /** What stands before a modalias to look for VFIO's drivers. */
    private static final String BUS = "vfio_";

    /** The lists of aliases. Threads: immutable. */
    public enum Source {
        /** {@code modules.alias}, which {@code depmod} makes: modules that can be loaded. */
        MODULES_ALIAS,
        /** {@code modules.builtin.modinfo}, which the kernel's build makes: what is in the kernel itself. */
        BUILTIN
    }

    /** Refuses null. */
    public ModuleAlias {
        Objects.requireNonNull(source, "source");
        Objects.requireNonNull(pattern, "pattern");
        Objects.requireNonNull(module, "module");
    }

    /** Reads a line of {@code modules.alias}; null if it is none of VFIO's PCI drivers. */
    static @Nullable ModuleAlias ofLine(String line) {
        String[] words = line.strip().split("\\s+", -1);
        boolean wanted = words.length == 3 && words[0].equals("alias") && words[1].startsWith(PREFIX);
        return wanted ? new ModuleAlias(Source.MODULES_ALIAS, words[1], words[2]) : null;
    }

    /** Reads an entry of {@code modules.builtin.modinfo}; null if it is no such alias. */
    static @Nullable ModuleAlias ofBuiltin(String entry) {
        int dot = entry.indexOf(".alias=");
        String pattern = dot < 0 ? "" : entry.substring(dot + ".alias=".length());
        return dot > 0 && pattern.startsWith(PREFIX)
                ? new ModuleAlias(Source.BUILTIN, pattern, entry.substring(0, dot))
                : null;
    }

    /** Whether the kernel's tools would say that it matches. */
    public boolean matches(Modalias function) {
        return Glob.matches(pattern, BUS + Objects.requireNonNull(function, "function"));
    }

    /** What it asks for, or empty if it has a form of its own. */
    public Optional<MatchRule> rule() {
        return MatchRule.parse(pattern.substring(PREFIX.length()));
    }

    /**
     * How closely it describes what it matches. A pattern of a form of its own counts as one that asks for nothing: it
     * never wins over one that is understood.
     */
    public RankKey key() {
        return rule().orElse(MatchRule.any()).key();
    }
}
