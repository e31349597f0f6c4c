// SPDX-License-Identifier: Apache-2.0
package io.jvfio.variant;

import io.jvfio.device.VariantChoice;
import io.jvfio.variant.StackReport.Candidate;
import io.jvfio.variant.StackReport.Outcome;
import io.jvfio.variant.StackReport.State;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Chooses the variant of one device: forced, or the one whose rule describes the device best, or none. The same providers
 * give the same answer in whatever order they come.
 *
 * <p>Threads: one at a time.
 */
final class VariantSelection {

    /**
     * What the choice is made by.
     *
     * @param device its numbers
     * @param request what is asked for, the site's policy not yet taken in
     * @param policy the site's
     * @param layers of the platform; no variant may have the id of one
     * @param below ids that the device is made of already
     * @param view makes a view of the open device for one provider; null if the device is not open
     */
    record Question(
            DeviceIdentity device,
            VariantChoice request,
            PolicyView policy,
            List<KnownProvider> layers,
            List<String> below,
            @Nullable Supplier<VariantView> view) {}

    /**
     * The answer.
     *
     * @param chosen null for none
     * @param failure why the device cannot be opened like this; null if it can
     */
    record Answer(
            VariantChoice request,
            Outcome outcome,
            @Nullable KnownProvider chosen,
            List<Candidate> candidates,
            List<String> notes,
            VariantException.@Nullable Code failure,
            String message) {}

    /** A provider on its way through the choice. */
    private static final class Entry {
        final KnownProvider provider;
        final @Nullable VariantRule rule;
        State state = State.NOT_ASKED;
        String reason = "";
        final List<String> notes = new ArrayList<>();

        Entry(KnownProvider provider, @Nullable VariantRule rule) {
            this.provider = provider;
            this.rule = rule;
        }

        String id() {
            return provider.id();
        }

        void put(State now, String why) {
            state = now;
            reason = why;
        }

        Candidate candidate() {
            return new Candidate(id(), provider.origin(), Optional.ofNullable(rule), state, reason, notes);
        }
    }

    private final Question question;
    private final VariantChoice request;
    private final List<Entry> entries = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();
    private final Comparator<Entry> rank;

    VariantSelection(List<KnownProvider> providers, Question question) {
        this.question = question;
        this.request = request(question, notes);
        for (KnownProvider each : providers) {
            entries.add(new Entry(each, each.best(question.device()).orElse(null)));
        }
        Comparator<Entry> byRule = Comparator.<Entry, RankKey>comparing(
                        each -> Objects.requireNonNull(each.rule).ids().key())
                .thenComparingInt(each -> -Objects.requireNonNull(each.rule).extras());
        this.rank = byRule.thenComparingInt(each -> question.policy().preference(each.id()));
    }

    /** What is asked for: the user's word, else the site's. */
    private static VariantChoice request(Question question, List<String> notes) {
        VariantChoice asked = question.request();
        return asked.mode() != VariantChoice.Mode.AUTO
                ? asked
                : question.policy()
                        .use()
                        .map(line -> {
                            notes.add(line.place() + " forces " + line.id());
                            return new VariantChoice(
                                    VariantChoice.Mode.FORCED,
                                    line.id(),
                                    asked.options(),
                                    asked.onTie(),
                                    asked.insist(),
                                    asked.strict());
                        })
                        .orElse(asked);
    }

    /** Makes the choice. */
    Answer choose() {
        setAside();
        if (request.mode() == VariantChoice.Mode.FORCED) {
            return forced();
        }
        Optional<Entry> duplicate = entries.stream()
                .filter(each -> each.state == State.DUPLICATE && each.rule != null && mayBeUsed(each))
                .findFirst();
        if (duplicate.isPresent()) {
            String id = duplicate.get().id();
            return refused(Outcome.DUPLICATE, VariantException.Code.DUPLICATE_PROVIDER, duplicateText(id));
        }
        List<Entry> ranked = entries.stream()
                .filter(each -> each.state == State.NOT_ASKED)
                .sorted(rank)
                .toList();
        if (entries.stream().anyMatch(each -> each.state == State.BELOW)) {
            notes.add("who serves the device has its variant already");
            return answer(Outcome.GENERIC, null);
        }
        if (question.view() == null) {
            ranked.forEach(each -> each.put(State.ASKED_WHEN_OPENED, ""));
            return answer(ranked.isEmpty() ? Outcome.GENERIC : Outcome.OPEN, null);
        }
        return best(ranked);
    }

    /** Takes out whom nobody has to ask. */
    private void setAside() {
        Map<String, Integer> ids = new HashMap<>();
        known().forEach(each -> ids.merge(each.id(), 1, Integer::sum));
        Set<String> below = new HashSet<>(question.below());
        for (Entry each : entries) {
            String denial = question.policy().denial(each.id());
            if (Objects.requireNonNull(ids.get(each.id())) > 1) {
                each.put(State.DUPLICATE, duplicateText(each.id()));
            } else if (denial != null) {
                each.put(State.DENIED, denial);
            } else if (below.contains(each.id())) {
                each.put(State.BELOW, "on the side of who serves the device");
            } else if (each.rule == null) {
                each.put(State.NO_MATCH, "");
            }
        }
    }

    /** All that have an id of their own. */
    private Stream<KnownProvider> known() {
        return Stream.concat(entries.stream().map(each -> each.provider), question.layers().stream());
    }

    private boolean mayBeUsed(Entry entry) {
        return question.policy().denial(entry.id()) == null;
    }

    private String duplicateText(String id) {
        return "the id " + id + " is that of "
                + String.join(
                        " and of ",
                        known().filter(each -> each.id().equals(id))
                                .map(each -> each.origin().type()
                                        + (each.origin().location().isEmpty()
                                                ? ""
                                                : " in " + each.origin().location()))
                                .toList());
    }

    /** Walks down the ranks; all of one rank are asked before it is judged. */
    private Answer best(List<Entry> ranked) {
        int at = 0;
        while (at < ranked.size()) {
            Entry first = ranked.get(at);
            int end = at;
            List<Entry> accepted = new ArrayList<>();
            while (end < ranked.size() && rank.compare(first, ranked.get(end)) == 0) {
                Entry each = ranked.get(end++);
                ask(each);
                if (each.state == State.FAILED && request.strict()) {
                    return refused(
                            Outcome.REFUSED,
                            VariantException.Code.PROVIDER_FAILED,
                            each.id() + " failed when it was asked about the device: " + each.reason);
                }
                if (each.state == State.ACCEPTED) {
                    accepted.add(each);
                }
            }
            if (accepted.size() == 1) {
                accepted.getFirst().state = State.CHOSEN;
                return answer(Outcome.SELECT, accepted.getFirst().provider);
            }
            if (!accepted.isEmpty()) {
                return tie(accepted);
            }
            at = end;
        }
        return answer(Outcome.GENERIC, null);
    }

    private Answer tie(List<Entry> rivals) {
        String names = String.join(" and ", rivals.stream().map(Entry::id).toList());
        if (request.onTie() == VariantChoice.OnTie.GENERIC) {
            notes.add(names + " describe the device equally well: none is taken");
            return answer(Outcome.GENERIC, null);
        }
        return refused(
                Outcome.AMBIGUOUS,
                VariantException.Code.AMBIGUOUS_PROVIDER,
                names + " describe the device equally well, by " + rivals.getFirst().rule
                        + "; force one, or let the policy prefer one: java prefer "
                        + rivals.getFirst().id());
    }

    private Answer forced() {
        List<Entry> named =
                entries.stream().filter(each -> each.id().equals(request.id())).toList();
        if (named.isEmpty()) {
            List<String> ids = entries.stream().map(Entry::id).distinct().toList();
            return refused(
                    Outcome.REFUSED,
                    VariantException.Code.FORCED_VARIANT_MISSING,
                    "there is no variant " + request.id()
                            + (ids.isEmpty() ? ", nor any other" : "; there are " + String.join(", ", ids)));
        }
        Entry entry = named.getFirst();
        switch (entry.state) {
            case DUPLICATE -> {
                return refused(Outcome.DUPLICATE, VariantException.Code.DUPLICATE_PROVIDER, entry.reason);
            }
            case DENIED -> {
                return declined(entry);
            }
            case BELOW -> {
                if (!request.options().isEmpty()) {
                    return refused(
                            Outcome.REFUSED,
                            VariantException.Code.FORCED_VARIANT_DECLINED,
                            entry.id()
                                    + " is on the side of who serves the device, where its options have to be given: "
                                    + request.options());
                }
                notes.add("who serves the device has " + entry.id() + " already");
                return answer(Outcome.FORCED, null);
            }
            default -> {
                // It can be asked.
            }
        }
        if (question.view() == null) {
            entry.put(State.ASKED_WHEN_OPENED, "");
            return answer(Outcome.OPEN, null);
        }
        boolean described = entry.rule != null;
        ask(entry);
        boolean insisted = request.insist() && (entry.state == State.DECLINED || entry.state == State.LACKING);
        if (entry.state != State.ACCEPTED && !insisted) {
            return declined(entry);
        }
        if (insisted) {
            notes.add(entry.id() + " does not take the device (" + entry.reason + "), but was insisted on");
        }
        if (!described) {
            notes.add("no rule of " + entry.id() + " describes the device");
        }
        entry.state = State.CHOSEN;
        return answer(Outcome.FORCED, entry.provider);
    }

    private Answer declined(Entry entry) {
        return refused(
                Outcome.REFUSED,
                VariantException.Code.FORCED_VARIANT_DECLINED,
                entry.id() + " does not take the device: " + entry.reason);
    }

    /** Asks a provider about the open device. */
    private void ask(Entry entry) {
        VariantView view = Objects.requireNonNull(question.view()).get();
        try {
            List<String> lacking = entry.provider.needs().lacking(view.again());
            if (!lacking.isEmpty()) {
                entry.put(State.LACKING, "the device lacks " + String.join(", ", lacking));
                return;
            }
            Verdict verdict = Objects.requireNonNull(entry.provider.variant()).probe(view);
            entry.put(verdict.accepted() ? State.ACCEPTED : State.DECLINED, verdict.reason());
            entry.provider.wants().lacking(view.again()).forEach(each -> entry.notes.add("wants " + each));
        } catch (RuntimeException | Error e) {
            entry.put(State.FAILED, e.toString());
        }
    }

    private Answer refused(Outcome outcome, VariantException.Code code, String message) {
        notes.add(message);
        return new Answer(request, outcome, null, candidates(), notes, code, message);
    }

    private Answer answer(Outcome outcome, @Nullable KnownProvider chosen) {
        return new Answer(request, outcome, chosen, candidates(), notes, null, "");
    }

    private List<Candidate> candidates() {
        Comparator<Entry> matchingFirst = Comparator.comparing(each -> each.rule == null);
        return entries.stream()
                .sorted(matchingFirst
                        .thenComparing((one, other) -> one.rule == null ? 0 : rank.compare(one, other))
                        .thenComparing(Entry::id))
                .map(Entry::candidate)
                .toList();
    }
}
