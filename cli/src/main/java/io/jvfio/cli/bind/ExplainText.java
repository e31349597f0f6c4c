// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli.bind;

import io.jvfio.Hex;
import io.jvfio.binding.BindPlan;
import io.jvfio.binding.BindingProblem;
import io.jvfio.binding.Candidate;
import io.jvfio.binding.Catalogue;
import io.jvfio.binding.Decision;
import io.jvfio.binding.Decision.Outcome;
import io.jvfio.binding.Decision.Safety;
import io.jvfio.binding.DeviceSnapshot;
import io.jvfio.binding.Explanation;
import io.jvfio.binding.Hazard.Severity;
import io.jvfio.binding.ModuleAlias.Source;
import io.jvfio.cli.command.OtherJars;
import io.jvfio.cli.out.Table;
import io.jvfio.variant.MatchField;
import io.jvfio.variant.Modalias;
import io.jvfio.variant.StackReport;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A choice for people: one heading at the left, what belongs to it at the right. Scripts read it too, so it is stable.
 *
 * <p>Threads: one at a time.
 */
final class ExplainText {
    private static final int INDENT = 12;
    private static final int DRIVER = 12;
    private static final String NOT_LOADED = "not loaded";

    private final Explanation explanation;
    private final Decision decision;
    private final List<OtherJars.Failure> notLoaded;
    private final StackReport stack;
    private final List<String> lines = new ArrayList<>();

    private ExplainText(Explanation explanation, StackReport stack, List<OtherJars.Failure> notLoaded) {
        this.explanation = explanation;
        this.stack = stack;
        this.notLoaded = notLoaded;
        this.decision = explanation.decision();
    }

    static List<String> lines(Explanation explanation, StackReport stack, List<OtherJars.Failure> notLoaded) {
        return new ExplainText(explanation, stack, notLoaded).lines();
    }

    /** What is put on a device that is none of this host's. */
    static List<String> stackLines(String device, StackReport stack, List<OtherJars.Failure> notLoaded) {
        List<String> lines = new ArrayList<>();
        add(lines, "device", List.of(device));
        add(lines, "java", StackText.lines(stack));
        add(
                lines,
                NOT_LOADED,
                notLoaded.stream().map(OtherJars.Failure::toString).toList());
        return lines;
    }

    private List<String> lines() {
        DeviceSnapshot device = explanation.device();
        add("device", List.of(device(device)));
        String override = device.override() == null ? "unset" : device.override();
        String driver = device.driver() == null ? "nothing" : device.driver();
        List<String> bound = new ArrayList<>(List.of(pad(driver, DRIVER) + "  override " + override));
        if (device.heldByNewId()) {
            bound.add("inferred: only an id in new_id, which cannot be read, or an override since removed can hold it");
        }
        add("bound to", bound);
        add("request", List.of(explanation.request().wanted()));
        add(
                "named by",
                decision.overrides().stream()
                        .map(one -> one.rank() + " " + one.source() + ": " + one.value()
                                + (one.used() ? "" : " (not used)"))
                        .toList());
        add("catalogue", List.of(catalogue(explanation.catalogue())));
        add("candidates", candidates());
        add("decision", List.of(decision()));
        add("libvirt", List.of(libvirt()));
        add("safety", safety());
        add("notes", decision.notes());
        add(
                "steps",
                explanation.plan().map(BindPlan::words).map(steps -> String.join(" ; ", steps)).stream()
                        .toList());
        add("java", StackText.lines(stack));
        add(NOT_LOADED, notLoaded.stream().map(OtherJars.Failure::toString).toList());
        return lines;
    }

    private void add(String heading, List<String> texts) {
        add(lines, heading, texts);
    }

    private static void add(List<String> lines, String heading, List<String> texts) {
        String start = heading;
        for (String text : texts) {
            lines.add(pad(start, INDENT) + Table.printable(text));
            start = "";
        }
    }

    private static String device(DeviceSnapshot device) {
        Modalias ids = device.modalias();
        StringBuilder text =
                new StringBuilder(device.address() + "  " + pair(ids, MatchField.VENDOR, MatchField.DEVICE));
        if (ids.value(MatchField.SUBSYSTEM_VENDOR) != 0 || ids.value(MatchField.SUBSYSTEM) != 0) {
            text.append(" sub ").append(pair(ids, MatchField.SUBSYSTEM_VENDOR, MatchField.SUBSYSTEM));
        }
        text.append(" class ").append(Hex.digits(ids.classCode(), 6));
        if (device.revision() >= 0) {
            text.append(" rev ").append(Hex.digits(device.revision(), 2));
        }
        if (device.physicalFunction() != null) {
            text.append("  VF of ").append(device.physicalFunction());
        }
        text.append(
                device.group() < 0
                        ? "  no group"
                        : "  group " + device.group() + (device.noIommu() ? " without an IOMMU" : ""));
        return device.numaNode() < 0 ? text.toString() : text + "  numa " + device.numaNode();
    }

    private static String pair(Modalias ids, MatchField first, MatchField second) {
        return Hex.digits(ids.value(first), 4) + ":" + Hex.digits(ids.value(second), 4);
    }

    private static String catalogue(Catalogue catalogue) {
        return catalogue.available()
                ? catalogue.release() + ": " + catalogue.aliases().size() + " vfio_pci aliases ("
                        + catalogue.count(Source.MODULES_ALIAS) + " modules.alias, " + catalogue.count(Source.BUILTIN)
                        + " builtin)"
                : "unavailable: " + catalogue.problem();
    }

    private List<String> candidates() {
        List<Candidate> candidates = decision.candidates();
        int module =
                candidates.stream().mapToInt(one -> one.module().length()).max().orElse(0);
        int pattern = candidates.stream()
                .mapToInt(one -> shorter(one.pattern()).length())
                .max()
                .orElse(0);
        List<String> texts = new ArrayList<>();
        for (Candidate one : candidates) {
            texts.add((texts.size() + 1) + "  " + pad(one.module(), module) + "  "
                    + pad(shorter(one.pattern()), pattern) + "  wild "
                    + one.key().wildcards() + "  fields " + one.key().fieldText() + "  " + state(one));
        }
        return texts.isEmpty() ? List.of("none") : texts;
    }

    private static String state(Candidate candidate) {
        return switch (candidate.facts().state()) {
            case BUILT_IN -> "built in";
            case LOADED -> "loaded";
            case LOADABLE -> "loadable";
            case MODULE_FILE_MISSING, MODULES_DISABLED, ADMIN_PROHIBITED ->
                "not to be had: " + candidate.facts().state();
        };
    }

    /** Without the stars at its end, beside one. */
    private static String shorter(String pattern) {
        return pattern.replaceFirst("(?:(?<=[0-9A-F*])(?:sv|sd|bc|sc|i)\\*)+$", "…");
    }

    private String decision() {
        return decision.failure()
                .map(problem -> decision.outcome() + "  " + problem(problem))
                .orElseGet(() -> (decision.outcome() == Outcome.SELECT ? "" : decision.outcome() + " ")
                        + decision.name() + "  " + decision.reason());
    }

    private static String problem(BindingProblem problem) {
        return problem.name() + ": " + problem.detail() + (problem.hint().isEmpty() ? "" : " (" + problem.hint() + ")");
    }

    private String libvirt() {
        String module = decision.libvirt().module();
        boolean same = decision.name().replace('-', '_').equals(module.replace('-', '_'))
                || module.replace('-', '_')
                        .equals(String.valueOf(decision.module()).replace('-', '_'));
        String note = decision.libvirt().note();
        String rest = note.isEmpty() ? "" : (same ? "; " : "") + note;
        return "would choose " + module + (same || !rest.isEmpty() ? " (" + (same ? "same" : "") + rest + ")" : "");
    }

    private List<String> safety() {
        List<String> texts = decision.safety().stream().map(ExplainText::row).collect(Collectors.toList());
        if (decision.safety().stream().allMatch(Safety::lifted)) {
            texts.addFirst("ok");
        }
        return texts;
    }

    private static String row(Safety row) {
        String remedy = row.hazard().remedy();
        String effect = row.lifted() ? row.hazard().severity() == Severity.WARN ? "warning" : "lifted" : "refused";
        return pad(row.hazard().id() + " " + effect, INDENT)
                + row.hazard().evidence()
                + (row.lifted() || remedy.isEmpty() ? "" : " (" + remedy + ")");
    }

    private static String pad(String text, int width) {
        return text + " ".repeat(Math.max(0, width - text.length()));
    }
}
