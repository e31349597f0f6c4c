// SPDX-License-Identifier: Apache-2.0
package io.jvfio.binding;

import io.jvfio.binding.BindingProblem.Code;
import io.jvfio.binding.Decision.Outcome;
import io.jvfio.binding.Decision.OverrideSource;
import io.jvfio.binding.Decision.Parity;
import io.jvfio.binding.Decision.Safety;
import io.jvfio.binding.Hazard.Row;
import io.jvfio.binding.OverrideChain.Link;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Chooses the kernel driver: first whatever has been named, then the closest alias among those whose module can be had.
 * Nothing but its arguments counts, and not their order either, except where a request says so.
 *
 * <p>Threads: one at a time.
 */
final class BindingChoice {
    private final DeviceSnapshot device;
    private final Catalogue catalogue;
    private final BindRequest request;
    private final OverrideChain overrides;
    private final Ranking ranking;
    private final List<String> notes = new ArrayList<>();

    private BindingChoice(DeviceSnapshot device, Catalogue catalogue, BindingPolicy policy, BindRequest request) {
        this.device = device;
        this.catalogue = catalogue;
        this.request = request;
        this.ranking = Ranking.of(device, catalogue, policy, request);
        this.overrides = new OverrideChain(device, catalogue, policy, request);
    }

    /** Makes the choice. */
    static Decision choose(DeviceSnapshot device, Catalogue catalogue, BindingPolicy policy, BindRequest request) {
        return new BindingChoice(device, catalogue, policy, request).choose();
    }

    /** What is chosen, before anybody asks whether that would hurt. */
    private record Pick(
            Outcome outcome,
            @Nullable String module,
            @Nullable String driver,
            String key,
            String reason) {}

    private Decision choose() {
        notes.addAll(overrides.notes());
        Safety refusal = refusal(true);
        if (refusal != null) {
            return refused(refusal);
        }
        Link named = overrides.decisive();
        Pick pick;
        try {
            pick = named != null ? forced(named) : device.vfio() && !request.rebind() ? kept() : automatic();
        } catch (Impossible e) {
            return decision(new Pick(e.outcome, null, null, "", ""), e.problem);
        }
        if (isBound(pick)) {
            return decision(
                    new Pick(Outcome.KEEP, pick.module, device.driver(), pick.key, pick.reason + ", and it is bound"),
                    null);
        }
        Safety harm = pick.outcome == Outcome.KEEP ? null : refusal(false);
        if (harm != null) {
            return refused(harm);
        }
        warnOfIds(pick);
        return decision(pick, null);
    }

    /** What is in the way; the hard rows come before the choice, the others after it. */
    private @Nullable Safety refusal(boolean hard) {
        return safety().stream()
                .filter(row -> row.hazard().hard() == hard && !row.lifted())
                .findFirst()
                .orElse(null);
    }

    private List<Safety> safety() {
        List<Safety> rows = new ArrayList<>();
        for (Hazard hazard : device.hazards()) {
            rows.add(new Safety(hazard, request.lifts(hazard)));
        }
        Hazard pinned = overrides.pinned();
        if (pinned != null) {
            rows.add(new Safety(pinned, request.lifts(pinned)));
        }
        if (!catalogue.lockdown().isEmpty()) {
            Hazard locked = new Hazard(
                    Row.U16,
                    Hazard.Severity.WARN,
                    "the kernel is locked down (" + catalogue.lockdown() + "): unsigned modules will not be loaded");
            rows.add(new Safety(locked, true));
        }
        return rows.stream()
                .sorted((one, other) ->
                        one.hazard().id().compareTo(other.hazard().id()))
                .toList();
    }

    private Decision refused(Safety row) {
        Hazard hazard = row.hazard();
        return decision(
                new Pick(Outcome.REFUSED, null, null, hazard.id().name(), hazard.evidence()),
                new BindingProblem(
                        Code.REFUSED,
                        hazard.id().name(),
                        device.address() + ": " + hazard.evidence(),
                        hazard.remedy()));
    }

    private Decision decision(Pick pick, @Nullable BindingProblem problem) {
        Link named = overrides.decisive();
        List<OverrideSource> chain = overrides.links().stream()
                .map(link -> new OverrideSource(link.rank(), link.source(), link.value(), link.equals(named)))
                .toList();
        Candidate best = ranking.best();
        Parity parity = LibvirtChoice.of(
                device.modalias(), catalogue, pick.module != null ? pick.module : best == null ? null : best.module());
        return new Decision(
                pick.outcome,
                pick.module,
                pick.driver,
                pick.key,
                pick.reason,
                problem,
                chain,
                ranking.candidates(),
                parity,
                safety(),
                notes);
    }

    private boolean isBound(Pick pick) {
        String driver = device.driver();
        return device.vfio()
                && driver != null
                && (pick.driver != null ? driver.equals(pick.driver) : moduleHas(pick, driver));
    }

    private boolean moduleHas(Pick pick, String driver) {
        return pick.module != null
                && Names.fold(pick.module).equals(Names.fold(catalogue.drivers().getOrDefault(driver, "")));
    }

    /** Somebody has named it. */
    private Pick forced(Link link) {
        Resolution resolution = Resolution.of(link.value(), catalogue);
        if (resolution.problem() != null) {
            throw new Impossible(Outcome.NONE, resolution.problem());
        }
        String module = resolution.module();
        Candidate claim = module == null ? null : ranking.of(module);
        if (claim == null && catalogue.available()) {
            notes.add("V2: " + link.value() + " claims no such device: the kernel will hand a dummy id to its probe");
        }
        noteBetter(module);
        return new Pick(Outcome.FORCED, module, resolution.driver(), link.rank(), "named by " + link.source());
    }

    /** It is bound to a VFIO driver, by whomever. */
    private Pick kept() {
        String driver = device.driver();
        String module = driver == null ? "" : catalogue.drivers().getOrDefault(driver, "");
        if (!module.isEmpty() && catalogue.offersVfio(module)) {
            noteBetter(module);
        }
        return new Pick(
                Outcome.KEEP, module.isEmpty() ? null : module, driver, "bound", "it has a driver that offers VFIO");
    }

    /** Says so if there is a driver that describes the device more closely. */
    private void noteBetter(@Nullable String module) {
        Candidate mine = module == null ? null : ranking.of(module);
        Candidate best = ranking.bestFeasible();
        if (best != null && mine != null && best.key().compareTo(mine.key()) < 0) {
            notes.add("BETTER_AVAILABLE: " + best.module() + (device.vfio() ? ": --rebind takes it" : ""));
        }
    }

    private Pick automatic() {
        if (!catalogue.available()) {
            notes.add("CATALOGUE_UNAVAILABLE: " + catalogue.problem());
        }
        List<Candidate> feasible = ranking.feasible();
        if (ranking.candidates().isEmpty()) {
            return platformDefault();
        }
        if (feasible.isEmpty()) {
            Candidate best = ranking.candidates().getFirst();
            throw new Impossible(Outcome.NONE, Resolution.infeasible(best.module(), best.facts()));
        }
        Candidate first = ranking.candidates().getFirst();
        Candidate chosen = feasible.getFirst();
        boolean degraded = !chosen.feasible() || !chosen.equals(first) && !chosen.ties(first);
        List<Candidate> rivals = ranking.rivals(chosen);
        if (rivals.size() > 1) {
            return afterTie(rivals, feasible);
        }
        if (degraded) {
            return degraded(
                    chosen, first.module() + " cannot be had: " + first.facts().state());
        }
        noteKind(chosen);
        return new Pick(
                Outcome.SELECT, chosen.module(), chosen.driver(), ranking.decidedBy(chosen), ranking.because(chosen));
    }

    private Pick degraded(Candidate chosen, String why) {
        if (request.strict()) {
            Candidate first = ranking.candidates().getFirst();
            throw new Impossible(
                    Outcome.NONE,
                    first.feasible()
                            ? BindingProblem.of(
                                    Code.AMBIGUOUS_VARIANT, why, "without --strict " + chosen.module() + " is taken")
                            : Resolution.infeasible(first.module(), first.facts()));
        }
        return new Pick(Outcome.DEGRADED, chosen.module(), chosen.driver(), ranking.decidedBy(chosen), why);
    }

    private Pick afterTie(List<Candidate> rivals, List<Candidate> feasible) {
        Candidate settled = ranking.settle(rivals, device);
        if (settled != null) {
            String how = request.onTie() == BindRequest.TiePolicy.ORDER
                    ? "a tie, settled by the order of the lists: arbitrary"
                    : "a tie, settled by what is there already";
            return new Pick(Outcome.SELECT, settled.module(), settled.driver(), "tie", how);
        }
        if (request.onTie() == BindRequest.TiePolicy.GENERIC) {
            Candidate next = feasible.stream()
                    .filter(candidate ->
                            candidate.key().compareTo(rivals.getFirst().key()) > 0)
                    .findFirst()
                    .orElse(null);
            if (next != null) {
                return degraded(next, "neither of " + names(rivals) + ", which tie");
            }
        }
        throw new Impossible(Outcome.AMBIGUOUS, tie(rivals));
    }

    private BindingProblem tie(List<Candidate> rivals) {
        String claims = rivals.stream().map(BindingChoice::describe).collect(Collectors.joining(" and "));
        return BindingProblem.of(
                Code.AMBIGUOUS_VARIANT,
                claims + " claim " + device.address() + " in the same words, "
                        + rivals.getFirst().pattern(),
                "a line \"pci:" + device.address() + " = " + rivals.getFirst().module()
                        + "\" in /etc/jvfio/variants.d/site.conf, or --driver, settles it");
    }

    private static String describe(Candidate rival) {
        ModuleFacts facts = rival.facts();
        String version = facts.version().isEmpty() ? "" : " version " + facts.version();
        String place = facts.file().isEmpty() ? "" : ", " + facts.file();
        return rival.module() + version + " (" + (facts.present() ? "there" : "not loaded") + place + ")";
    }

    private static String names(List<Candidate> candidates) {
        return candidates.stream().map(Candidate::module).collect(Collectors.joining(" and "));
    }

    /** No alias matches, or there are none. */
    private Pick platformDefault() {
        String name = ranking.defaultDriver();
        Resolution resolution = Resolution.of(name, catalogue);
        if (resolution.problem() != null) {
            throw new Impossible(
                    Outcome.NONE,
                    BindingProblem.of(
                            catalogue.available() ? resolution.problem().code() : Code.NO_DRIVER,
                            "nothing claims the device, and "
                                    + resolution.problem().detail(),
                            catalogue.available() ? resolution.problem().hint() : catalogue.problem()));
        }
        return new Pick(Outcome.SELECT, resolution.module(), resolution.driver(), "default", "the default of the bus");
    }

    private void noteKind(Candidate chosen) {
        if (!device.virtual() && Names.fold(chosen.module()).equals("virtio_vfio_pci")) {
            notes.add("it is no virtual function, so " + chosen.module() + " does what vfio-pci does");
        }
    }

    private void warnOfIds(Pick pick) {
        boolean loads = pick.module != null
                && Names.fold(pick.module).equals("vfio_pci")
                && catalogue.module(pick.module).filter(ModuleFacts::present).isEmpty();
        if (loads && !catalogue.moduleOptions().isEmpty()) {
            notes.add("loading vfio_pci will take other devices too: it is configured with "
                    + String.join(" ", catalogue.moduleOptions()));
        }
    }

    /** There is no choice. */
    private static final class Impossible extends RuntimeException {
        private static final long serialVersionUID = 1L;
        private final Outcome outcome;
        private final transient BindingProblem problem;

        Impossible(Outcome outcome, BindingProblem problem) {
            super(problem.toString(), null, false, false);
            this.outcome = outcome;
            this.problem = problem;
        }
    }
}
