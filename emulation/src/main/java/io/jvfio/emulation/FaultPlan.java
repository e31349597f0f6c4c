// SPDX-License-Identifier: Apache-2.0
package io.jvfio.emulation;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * What goes wrong with a model, and when: rules, and the seed of everything random in them. The same plan on a model that
 * is stepped in the same way does the same; its text is what {@link #parse} reads, so a failure can be replayed.
 *
 * <p>As text, in a locator as {@code model:edu?faults=...}: rules with semicolons between them, and {@code seed=NUMBER}
 * anywhere among them. A rule is a kind, a point and settings, with colons between:
 *
 * <pre>{@code
 * drop:interrupt:nth=3;corrupt:dma-read:p=0.01;delay:work:every=10:us=500;seed=42
 * }</pre>
 *
 * <p>Threads: immutable.
 *
 * @param rules in the order in which they are asked
 * @param seed any number
 */
public record FaultPlan(List<FaultRule> rules, long seed) {

    /** Copies the list. */
    public FaultPlan {
        rules = List.copyOf(rules);
    }

    /** Nothing goes wrong. */
    public static FaultPlan none() {
        return new FaultPlan(List.of(), 0);
    }

    /** The same with one rule more. */
    public FaultPlan with(FaultRule rule) {
        Objects.requireNonNull(rule, "rule");
        List<FaultRule> all = new ArrayList<>(rules);
        all.add(rule);
        return new FaultPlan(all, seed);
    }

    /** The same with another seed. */
    public FaultPlan withSeed(long number) {
        return new FaultPlan(rules, number);
    }

    /**
     * Reads a plan.
     *
     * @param text rules with semicolons between them; empty for none
     * @throws IllegalArgumentException if it is malformed; the message says what would do
     */
    public static FaultPlan parse(String text) {
        FaultPlan plan = none();
        for (String part : text.isEmpty() ? new String[0] : text.split(";", -1)) {
            plan = part.startsWith("seed=") ? plan.withSeed(seed(part.substring(5))) : plan.with(FaultRule.parse(part));
        }
        return plan;
    }

    private static long seed(String text) {
        try {
            return text.startsWith("0x") ? Long.parseUnsignedLong(text.substring(2), 16) : Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("seed " + text + " of a fault plan is no number", e);
        }
    }

    /** What {@link #parse} reads. */
    @Override
    public String toString() {
        List<String> parts = new ArrayList<>();
        rules.forEach(rule -> parts.add(rule.toString()));
        if (seed != 0) {
            parts.add("seed=" + seed);
        }
        return String.join(";", parts);
    }
}
