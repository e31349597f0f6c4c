// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli.bind;

import io.jvfio.cli.out.Json;
import io.jvfio.variant.RankKey;
import io.jvfio.variant.StackReport;
import io.jvfio.variant.StackReport.Candidate;
import io.jvfio.variant.StackReport.State;
import io.jvfio.variant.VariantRule;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What is put on a device, for people and as JSON. Threads: stateless. */
final class StackText {
    private StackText() {}

    /** One line that tells the choice, then what there is to know besides. */
    static List<String> lines(StackReport report) {
        List<String> parts = new ArrayList<>();
        report.variants().stream().filter(StackText::isTold).forEach(each -> parts.add(words(each)));
        parts.add(
                switch (report.outcome()) {
                    case NONE -> "not asked for";
                    case GENERIC -> "generic drives it";
                    case SELECT, FORCED, OPEN -> "generic not asked";
                    case AMBIGUOUS, DUPLICATE, REFUSED -> "none drives it: " + report.outcome();
                });
        List<String> layers = report.layers().stream().map(StackText::words).toList();
        parts.add("layers: " + (layers.isEmpty() ? "none" : String.join(", ", layers)));
        List<String> lines = new ArrayList<>(List.of(String.join(" ; ", parts)));
        if (!report.below().isEmpty()) {
            lines.add("below, on the side of who serves it: " + String.join(", ", report.below()));
        }
        report.variants().forEach(each -> each.notes().forEach(note -> lines.add(each.id() + " " + note)));
        lines.addAll(report.notes());
        return lines;
    }

    /** Those that describe the device, and those that somebody might look for in vain. */
    private static boolean isTold(Candidate candidate) {
        return candidate.state() != State.NO_MATCH;
    }

    private static String words(Candidate candidate) {
        StringBuilder text = new StringBuilder(candidate.id());
        String module = candidate.origin().module().isEmpty()
                ? candidate.origin().type()
                : candidate.origin().module();
        text.append(" (").append(module);
        if (!candidate.origin().version().isEmpty()) {
            text.append(' ').append(candidate.origin().version());
        }
        candidate
                .rule()
                .ifPresent(
                        rule -> text.append(", wild ").append(rule.ids().key().wildcards()));
        text.append(") ").append(state(candidate.state()));
        return candidate.reason().isEmpty()
                ? text.toString()
                : text.append(": ").append(candidate.reason()).toString();
    }

    private static String state(State state) {
        return state == State.CHOSEN
                ? "accepted"
                : state.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    /** The field {@code java}. */
    static void write(Json json, StackReport report) {
        json.object("java", item -> {
            item.text("request", report.request().toString());
            item.text("outcome", report.outcome().name());
            item.text("chosen", report.chosen().isEmpty() ? null : report.chosen());
            item.objects("candidates", report.variants(), StackText::candidate);
            item.objects("layers", report.layers(), StackText::candidate);
            item.texts("below", report.below());
            item.texts("notes", report.notes());
        });
    }

    private static void candidate(Json json, Candidate candidate) {
        json.text("id", candidate.id());
        json.text("class", candidate.origin().type());
        json.text("module", candidate.origin().module());
        json.text("version", candidate.origin().version());
        json.text("location", candidate.origin().location());
        VariantRule rule = candidate.rule().orElse(null);
        RankKey key = rule == null ? null : rule.ids().key();
        json.text("rule", rule == null ? null : rule.toString());
        json.numberOrNull("wildcards", key == null ? -1 : key.wildcards());
        json.text("fields", key == null ? null : key.fieldText());
        json.text("state", candidate.state().name());
        json.text("reason", candidate.reason());
        json.texts("notes", candidate.notes());
    }
}
