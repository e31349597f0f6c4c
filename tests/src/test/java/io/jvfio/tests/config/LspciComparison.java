// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.config;

import io.jvfio.pci.config.Capability;
import io.jvfio.pci.config.ConfigContents;
import io.jvfio.pci.config.FieldValue;
import io.jvfio.pci.config.RegisterValue;
import io.jvfio.tests.config.LspciFunction.Block;
import io.jvfio.tests.config.LspciFunction.Entry;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Compares a decoded function with what {@code lspci} says of it: every {@code Name+} or {@code Name-}, and the numbers
 * and words that {@link LspciRules} knows. What only one side has is no disagreement, but is counted.
 */
final class LspciComparison {
    private static final Pattern FLAG =
            Pattern.compile("(?<![^\\s,;:(])([<>]?[A-Za-z0-9][A-Za-z0-9._/&()#-]*?)([+-])(?=[\\s,;.)]|$)");

    /** The power states from which a function can wake the system stand in brackets behind the name of the event. */
    private static final Pattern WAKE = Pattern.compile("PME\\(([^)]*)\\)");

    /** Texts of lspci for what has no meaning; we show the number. */
    private static final Set<String> WITHOUT_MEANING = Set.of("unknown", "Unknown", "Reserved", "RsvdP", "reserved");

    /** Labels whose flags belong to none of our registers, with the capability's name. */
    final Set<String> unmapped = new TreeSet<>();

    final List<String> disagreements = new ArrayList<>();

    /** Flags that lspci has and we do not, as {@code register.flag}. */
    final Set<String> unknown = new TreeSet<>();

    int compared;

    private int functions;
    private String subject = "";

    /** How much was compared, and what was not. */
    String summary() {
        return functions + " functions, " + compared + " fields; lspci alone has " + unknown + " and " + unmapped;
    }

    void compare(LspciFunction expected, ConfigContents actual) {
        functions++;
        subject = expected.address().toString();
        LspciRules.TITLE.forEach(rule -> apply(rule, expected.title(), name -> header(actual, name)));
        for (Entry entry : expected.header()) {
            String name = entry.label().equals("Secondary status") ? "SecStatus" : entry.label();
            header(actual, name).ifPresent(register -> flags(List.of(register), entry.text()));
            LspciRules.header(entry.label())
                    .forEach(rule -> apply(rule, entry.text(), register -> anywhere(actual, register)));
        }
        if (expected.capabilities().size() != actual.capabilities().size()) {
            disagree(
                    "capabilities",
                    expected.capabilities().size(),
                    actual.capabilities().size());
        }
        for (int i = 0;
                i
                        < Math.min(
                                expected.capabilities().size(),
                                actual.capabilities().size());
                i++) {
            compare(expected.capabilities().get(i), actual.capabilities().get(i));
        }
    }

    private void compare(Block expected, Capability actual) {
        subject = subject.replaceFirst(" .*", "") + " " + actual.name();
        check("offset", expected.offset(), actual.header().offset());
        if (expected.version() >= 0) {
            check("version", expected.version(), actual.header().version());
        }
        String first = actual.registers().isEmpty()
                ? ""
                : actual.registers().getFirst().name();
        actual.find(first).ifPresent(register -> flags(List.of(register), expected.title()));
        LspciRules.capability(actual.name(), "").forEach(rule -> apply(rule, expected.title(), actual::find));
        for (Entry entry : expected.entries()) {
            List<RegisterValue> registers = LspciLabels.registers(actual, entry.label());
            if (!registers.isEmpty()) {
                flags(registers, LspciRules.renamed(registers.getFirst().name(), entry.text()));
            } else if (FLAG.matcher(entry.text()).find()) {
                unmapped.add(actual.name() + ":" + entry.label());
            }
            LspciRules.capability(actual.name(), entry.label())
                    .forEach(rule -> apply(
                            rule,
                            entry.label().isEmpty() ? entry.text() : entry.label() + ": " + entry.text(),
                            actual::find));
        }
    }

    private void flags(List<RegisterValue> registers, String text) {
        Matcher wake = WAKE.matcher(text);
        String spread = wake.replaceAll(
                match -> Matcher.quoteReplacement(match.group(1).replaceAll("(\\w+)([+-]),?", "PME($1)$2 ")));
        Matcher flag = FLAG.matcher(spread);
        while (flag.find()) {
            String name = LspciLabels.flag(flag.group(1));
            Optional<FieldValue> field = registers.stream()
                    .flatMap(register -> register.find(name).stream())
                    .findFirst();
            String where = field.map(found -> found.of().name())
                            .orElse(registers.getFirst().name()) + "." + name;
            if (LspciLabels.isWrong(where)) {
                continue;
            }
            if (field.isPresent()) {
                check(where, flag.group(2).equals("+"), field.get().isSet());
            } else {
                unknown.add(where);
            }
        }
    }

    private void apply(LspciRules.Rule rule, String text, Function<String, Optional<RegisterValue>> registers) {
        Matcher matcher = rule.pattern().matcher(text);
        if (!matcher.find() || WITHOUT_MEANING.contains(matcher.group(1))) {
            return;
        }
        FieldValue field = registers
                .apply(rule.register())
                .flatMap(register -> register.find(rule.field()))
                .orElse(null);
        if (field == null) {
            unknown.add(rule.register() + "." + rule.field());
            return;
        }
        check(
                rule.register() + "." + rule.field(),
                rule.reading().expected(matcher.group(1)),
                rule.reading().actual(field));
    }

    private static Optional<RegisterValue> header(ConfigContents contents, String name) {
        return contents.header().stream()
                .filter(register -> register.name().equals(name))
                .findFirst();
    }

    /** A bridge has its subsystem's ids in a capability. */
    private static Optional<RegisterValue> anywhere(ConfigContents contents, String name) {
        return header(contents, name)
                .or(() -> contents.capabilities().stream()
                        .filter(capability -> capability.name().equals("Subsystem"))
                        .flatMap(capability -> capability.find(name).stream())
                        .findFirst());
    }

    private void check(String what, Object expected, Object actual) {
        compared++;
        if (!Objects.equals(expected, actual)) {
            disagree(what, expected, actual);
        }
    }

    private void disagree(String what, Object expected, Object actual) {
        disagreements.add(subject + " " + what + ": lspci says " + expected + ", we say " + actual);
    }
}
