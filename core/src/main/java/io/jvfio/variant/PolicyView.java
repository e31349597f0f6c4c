// SPDX-License-Identifier: Apache-2.0
package io.jvfio.variant;

import io.jvfio.PciAddress;
import io.jvfio.device.VariantPolicy;
import io.jvfio.device.VariantPolicy.Line;
import io.jvfio.device.VariantPolicy.Verb;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a site's policy says about one device.
 *
 * <p>Threads: immutable.
 */
final class PolicyView {
    private final List<Line> lines = new ArrayList<>();
    private final @Nullable Line use;

    /**
     * The lines about a device.
     *
     * @throws IllegalArgumentException if a line says neither an address nor the fields of an alias
     */
    PolicyView(VariantPolicy policy, DeviceIdentity device) {
        Line best = null;
        int bestRank = -1;
        for (Line line : policy.lines()) {
            int rank = rank(line, device);
            if (rank < 0) {
                continue;
            }
            lines.add(line);
            if (line.verb() == Verb.USE && rank >= bestRank) {
                best = line;
                bestRank = rank;
            }
        }
        use = best;
    }

    /** How closely a line describes the device; less than 0 if it is about others. */
    private static int rank(Line line, DeviceIdentity device) {
        String text = line.device();
        if (text.isEmpty()) {
            return 0;
        }
        if (PciAddress.matches(text)) {
            boolean same = device.facts()
                    .map(facts -> facts.address().equals(PciAddress.parse(text)))
                    .orElse(false);
            return same ? Integer.MAX_VALUE : -1;
        }
        MatchRule rule = MatchRule.parse(text)
                .orElseThrow(() -> new IllegalArgumentException(
                        line.place() + ": \"" + text + "\" is neither a PCI address nor the fields of an alias"));
        RankKey key = rule.key();
        return rule.matches(device.modalias()) ? (MatchField.ALL.size() - key.wildcards() << 8) + key.fields() + 1 : -1;
    }

    /** Why an id may not be used; null if it may. */
    @Nullable String denial(String id) {
        Line last = null;
        boolean restricted = false;
        for (Line line : lines) {
            restricted |= line.verb() == Verb.ALLOW;
            if (line.id().equals(id) && (line.verb() == Verb.ALLOW || line.verb() == Verb.DENY)) {
                last = line;
            }
        }
        if (last != null) {
            return last.verb() == Verb.DENY ? "denied by " + last.place() : null;
        }
        return restricted ? "not among those that the policy allows" : null;
    }

    /** Its place among those that are preferred; large if it is not. */
    int preference(String id) {
        int place = 0;
        for (Line line : lines) {
            if (line.verb() == Verb.PREFER) {
                if (line.id().equals(id)) {
                    return place;
                }
                place++;
            }
        }
        return Integer.MAX_VALUE;
    }

    /** The line that forces a variant. */
    Optional<Line> use() {
        return Optional.ofNullable(use);
    }
}
