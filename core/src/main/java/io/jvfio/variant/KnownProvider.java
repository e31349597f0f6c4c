// SPDX-License-Identifier: Apache-2.0
package io.jvfio.variant;

import java.net.URL;
import java.security.CodeSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A provider, with what it says of itself, asked once.
 *
 * <p>Threads: immutable.
 *
 * @param variant null for a layer
 * @param layer null for a variant
 */
record KnownProvider(
        String id,
        StackReport.Origin origin,
        @Nullable DeviceVariantProvider variant,
        @Nullable PlatformLayerProvider layer,
        List<VariantRule> rules,
        VariantNeeds needs,
        VariantNeeds wants,
        Set<Integer> claims) {

    /** Refuses null. */
    KnownProvider {
        Objects.requireNonNull(needs, "needs");
        Objects.requireNonNull(wants, "wants");
    }

    private static final Pattern ID = Pattern.compile("[a-z0-9][a-z0-9._-]{0,63}");

    /** Words of the user's choice that mean something else. */
    private static final Set<String> WORDS = Set.of("auto", "none");

    /** By id, then by class: the order in which providers were found counts for nothing. */
    private static final Comparator<KnownProvider> ORDER = Comparator.comparing(KnownProvider::id)
            .thenComparing(known -> known.origin().type())
            .thenComparing(known -> known.origin().location());

    /**
     * What variants say of themselves.
     *
     * @param broken is told of each that cannot say it
     */
    static List<KnownProvider> variants(List<DeviceVariantProvider> providers, BiConsumer<Object, Throwable> broken) {
        return known(
                providers,
                broken,
                each -> new KnownProvider(
                        each.id(),
                        origin(each.getClass()),
                        each,
                        null,
                        List.copyOf(each.rules()),
                        each.needs(),
                        each.wants(),
                        Set.of()));
    }

    /** What layers say of themselves. */
    static List<KnownProvider> layers(List<PlatformLayerProvider> providers, BiConsumer<Object, Throwable> broken) {
        return known(
                providers,
                broken,
                each -> new KnownProvider(
                        each.id(),
                        origin(each.getClass()),
                        null,
                        each,
                        List.of(),
                        VariantNeeds.none(),
                        VariantNeeds.none(),
                        Set.copyOf(each.claims())));
    }

    /** Asks a provider what it is. */
    private interface Asking<P> {
        KnownProvider ask(P provider);
    }

    private static <P> List<KnownProvider> known(
            List<P> providers, BiConsumer<Object, Throwable> broken, Asking<P> asking) {
        List<KnownProvider> all = new ArrayList<>();
        for (P each : providers) {
            try {
                KnownProvider known = asking.ask(each);
                if (!ID.matcher(known.id()).matches() || WORDS.contains(known.id())) {
                    throw new IllegalArgumentException(
                            "the id \"" + known.id() + "\" is not of the form " + ID + ", or is one of " + WORDS);
                }
                all.add(known);
            } catch (RuntimeException | Error e) {
                broken.accept(each, e);
            }
        }
        all.sort(ORDER);
        return all;
    }

    private static StackReport.Origin origin(Class<?> type) {
        Module module = type.getModule();
        String version = module.getDescriptor() != null
                ? module.getDescriptor().rawVersion().orElse("")
                : Optional.ofNullable(type.getPackage().getImplementationVersion())
                        .orElse("");
        CodeSource source = type.getProtectionDomain().getCodeSource();
        URL location = source == null ? null : source.getLocation();
        return new StackReport.Origin(
                type.getName(),
                module.isNamed() ? module.getName() : "",
                version,
                location == null ? "" : location.toString());
    }

    /** The rule that describes a device best. */
    Optional<VariantRule> best(DeviceIdentity device) {
        return rules.stream()
                .filter(rule -> rule.matches(device))
                .min(Comparator.<VariantRule, RankKey>comparing(
                                rule -> rule.ids().key())
                        .thenComparing(
                                Comparator.comparingInt(VariantRule::extras).reversed()));
    }
}
