// SPDX-License-Identifier: Apache-2.0
package io.jvfio.binding;

import io.jvfio.binding.Decision.Parity;
import io.jvfio.binding.ModuleAlias.Source;
import io.jvfio.variant.AliasText;
import io.jvfio.variant.MatchField;
import io.jvfio.variant.Modalias;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What libvirt would choose for the same device, its blind spots included ({@code src/util/virpci.c}): it reads
 * {@code modules.alias} only, takes fields by their text, and of the closest matches the first line of the file.
 *
 * <p>Threads: stateless.
 */
final class LibvirtChoice {
    private static final String GENERIC = "vfio-pci";

    private LibvirtChoice() {}

    /**
     * Its choice.
     *
     * @param ours the module that jvfio finds best; null if it finds none
     */
    static Parity of(Modalias function, Catalogue catalogue, @Nullable String ours) {
        ModuleAlias best = null;
        int fewest = Integer.MAX_VALUE;
        int equals = 0;
        for (ModuleAlias alias : catalogue.aliases()) {
            int wildcards = alias.source() == Source.MODULES_ALIAS ? wildcards(alias, function) : -1;
            if (wildcards >= 0 && wildcards < fewest) {
                best = alias;
                fewest = wildcards;
                equals = 1;
            } else if (wildcards == fewest) {
                equals++;
            }
        }
        String module = best == null ? GENERIC : best.module();
        boolean same = ours != null && Names.fold(module).equals(Names.fold(ours));
        if (equals > 1) {
            return new Parity(module, "tie: libvirt takes the first line");
        }
        return new Parity(module, same || ours == null ? "" : reason(function, catalogue, ours, fewest));
    }

    private static String reason(Modalias function, Catalogue catalogue, String ours, int fewest) {
        for (ModuleAlias alias : catalogue.aliases()) {
            if (Names.fold(alias.module()).equals(Names.fold(ours))
                    && alias.matches(function)
                    && alias.key().wildcards() <= fewest) {
                return alias.source() == Source.BUILTIN
                        ? "builtin alias not seen by libvirt"
                        : wildcards(alias, function) < 0
                                ? "libvirt does not understand the star at the end of the alias"
                                : "libvirt only looks for the closest alias";
            }
        }
        return "libvirt only looks for the closest alias";
    }

    /** How many fields of a matching alias are a star alone; -1 if it does not match as libvirt reads it. */
    private static int wildcards(ModuleAlias alias, Modalias function) {
        AliasText text = AliasText.parse(alias.pattern().substring(ModuleAlias.PREFIX.length()));
        if (text == null || text.starred()) {
            return -1;
        }
        List<String> values = text.values();
        int stars = 0;
        for (MatchField field : MatchField.ALL) {
            String value = values.get(field.index());
            if (value.equals(AliasText.ANY)) {
                stars++;
            } else if (!value.equals(field.text(function.value(field)))) {
                return -1;
            }
        }
        return stars;
    }
}
