// SPDX-License-Identifier: Apache-2.0
package io.jvfio.binding;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The kernel drivers that claim a device, in order: fewest wildcards, then which fields, then the site's preference.
 * What is still equal is a tie; the order among those is by name, so that it does not depend on any list, and decides
 * nothing.
 *
 * <p>Threads: immutable.
 */
final class Ranking {
    private static final String BUS_DEFAULT = "vfio-pci";

    private static final Comparator<Candidate> ORDER = Comparator.comparing(Candidate::key)
            .thenComparingInt(Candidate::preference)
            .thenComparing(candidate -> Names.fold(candidate.module()))
            .thenComparing(Candidate::source)
            .thenComparing(Candidate::pattern);

    private final List<Candidate> candidates;
    private final Catalogue catalogue;
    private final BindRequest request;
    private final String defaultDriver;

    private Ranking(List<Candidate> candidates, Catalogue catalogue, BindRequest request, String defaultDriver) {
        this.candidates = candidates;
        this.catalogue = catalogue;
        this.request = request;
        this.defaultDriver = defaultDriver;
    }

    static Ranking of(DeviceSnapshot device, Catalogue catalogue, BindingPolicy policy, BindRequest request) {
        List<String> prefer = request.prefer().isEmpty()
                ? policy.prefer()
                : request.prefer().stream().map(Names::fold).toList();
        List<Candidate> found = new ArrayList<>();
        for (ModuleAlias alias : catalogue.aliases()) {
            if (alias.matches(device.modalias())) {
                boolean generic = alias.key().isGeneric();
                String module = generic && !policy.defaultDriver().isEmpty() ? policy.defaultDriver() : alias.module();
                ModuleFacts facts = catalogue
                        .module(module)
                        .orElseGet(() -> new ModuleFacts(
                                Names.fold(module), ModuleFacts.State.MODULE_FILE_MISSING, "", "", List.of()));
                int place = prefer.indexOf(Names.fold(module));
                found.add(new Candidate(
                        module,
                        Resolution.ofLoaded(module, facts.drivers()).driver(),
                        alias.pattern(),
                        alias.source(),
                        alias.key(),
                        place < 0 ? Integer.MAX_VALUE : place,
                        facts));
            }
        }
        found.sort(ORDER);
        List<Candidate> distinct = new ArrayList<>();
        for (Candidate candidate : found) {
            if (distinct.stream().noneMatch(candidate::sameModule)) {
                distinct.add(candidate);
            }
        }
        String named = policy.defaultDriver();
        return new Ranking(List.copyOf(distinct), catalogue, request, named.isEmpty() ? BUS_DEFAULT : named);
    }

    /** The best first; of each module its closest alias only. */
    List<Candidate> candidates() {
        return candidates;
    }

    List<Candidate> feasible() {
        return candidates.stream().filter(Candidate::feasible).toList();
    }

    @Nullable Candidate best() {
        return candidates.isEmpty() ? null : candidates.getFirst();
    }

    @Nullable Candidate bestFeasible() {
        return feasible().stream().findFirst().orElse(null);
    }

    /** The claim of a module; null if it makes none. */
    @Nullable Candidate of(String module) {
        return candidates.stream()
                .filter(candidate -> Names.fold(candidate.module()).equals(Names.fold(module)))
                .findFirst()
                .orElse(null);
    }

    /** Those that can be had and claim the device in the same words as this one, itself among them. */
    List<Candidate> rivals(Candidate chosen) {
        return feasible().stream().filter(chosen::ties).toList();
    }

    /** The driver for everything on the bus. */
    String defaultDriver() {
        Candidate generic = candidates.stream()
                .filter(candidate -> candidate.key().isGeneric())
                .findFirst()
                .orElse(null);
        return generic == null ? defaultDriver : generic.module();
    }

    /** The one that the request's policy for ties takes; null if it takes none. */
    @Nullable Candidate settle(List<Candidate> rivals, DeviceSnapshot device) {
        return switch (request.onTie()) {
            case ERROR, GENERIC -> null;
            case ORDER ->
                rivals.stream()
                        .min(Comparator.<Candidate>comparingInt(rival -> catalogue.position(rival.module()))
                                .thenComparingInt(this::line))
                        .orElse(null);
            case BOUND -> {
                String driver = device.driver();
                List<Candidate> there = rivals.stream()
                        .filter(rival -> driver != null && driver.equals(rival.driver()))
                        .toList();
                if (there.isEmpty()) {
                    there = rivals.stream()
                            .filter(rival -> rival.facts().present())
                            .toList();
                }
                yield there.size() == 1 ? there.getFirst() : null;
            }
        };
    }

    private int line(Candidate rival) {
        for (int i = 0; i < catalogue.aliases().size(); i++) {
            ModuleAlias alias = catalogue.aliases().get(i);
            if (alias.pattern().equals(rival.pattern()) && alias.module().equals(rival.module())) {
                return i;
            }
        }
        return Integer.MAX_VALUE;
    }

    /** Which part of the key decided for a candidate, against the next that can be had. */
    String decidedBy(Candidate chosen) {
        Candidate next = next(chosen);
        if (next == null) {
            return "only";
        }
        return chosen.key().wildcards() != next.key().wildcards()
                ? "K1"
                : chosen.key().equals(next.key()) ? "K3" : "K2";
    }

    /** The same for people. */
    String because(Candidate chosen) {
        Candidate next = next(chosen);
        if (next == null) {
            return "only candidate";
        }
        String best = "best of " + candidates.size() + ", by ";
        return switch (decidedBy(chosen)) {
            case "K1" ->
                best + "K1 (" + chosen.key().wildcards() + " < " + next.key().wildcards() + ")";
            case "K2" ->
                best + "K2 (" + chosen.key().fieldText() + " > " + next.key().fieldText() + ")";
            default -> best + "K3 (preferred)";
        };
    }

    private @Nullable Candidate next(Candidate chosen) {
        List<Candidate> feasible = feasible();
        int at = feasible.indexOf(chosen);
        return at < 0 || at + 1 >= feasible.size() ? null : feasible.get(at + 1);
    }
}
