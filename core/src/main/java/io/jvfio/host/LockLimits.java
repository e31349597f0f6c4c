// SPDX-License-Identifier: Apache-2.0
package io.jvfio.host;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What another user may lock. Only a process has a limit, so this is what a login would give by
 * {@code /etc/security/limits.conf} (limits.conf(5)), or what processes of the user have now.
 *
 * <p>Threads: immutable.
 */
final class LockLimits {
    private static final long KIB = 1024;
    private static final int FIELDS = 4;

    private final Sysfs sysfs;
    private final HostRoots roots;
    private final HostUser user;
    private final List<String> groups;

    /**
     * What is known.
     *
     * @param bytes the limit, -1 for none
     * @param source where it is from, for people
     * @param configured whether it holds for each login, and not only for a process that was looked at
     */
    record Known(long bytes, String source, boolean configured) {}

    /** A line of the configuration that applies, with how closely it names the user. */
    private record Rule(int rank, boolean soft, boolean hard, long bytes, String source) {}

    LockLimits(Sysfs sysfs, HostRoots roots, HostUser user) {
        this.sysfs = sysfs;
        this.roots = roots;
        this.user = user;
        this.groups = new HostUsers(roots.etc()).groupNames(user);
    }

    /** The limit; null if nothing tells it. */
    @Nullable Known find() {
        if (user.root()) {
            return new Known(-1, "root has CAP_IPC_LOCK", true);
        }
        Known configured = configured();
        return configured == null ? running() : configured;
    }

    private @Nullable Known configured() {
        Path folder = roots.etc().resolve("security");
        List<Rule> rules = new ArrayList<>(rules(folder.resolve("limits.conf")));
        sysfs.names(folder.resolve("limits.d")).stream()
                .filter(name -> name.endsWith(".conf"))
                .sorted()
                .forEach(name -> rules.addAll(rules(folder.resolve("limits.d").resolve(name))));
        Rule soft = last(rules.stream().filter(Rule::soft).toList());
        Rule hard = last(rules.stream().filter(Rule::hard).toList());
        if (soft == null || hard != null && compare(hard.bytes, soft.bytes) < 0) {
            return hard == null || soft == null ? null : new Known(hard.bytes, hard.source, true);
        }
        return new Known(soft.bytes, soft.source, true);
    }

    /** -1 is more than any number. */
    private static int compare(long one, long other) {
        return Long.compareUnsigned(one, other);
    }

    /** What names the user holds before what names a group of it, and that before what names everybody; then the last. */
    private static @Nullable Rule last(List<Rule> rules) {
        Rule best = null;
        for (Rule rule : rules) {
            if (best == null || rule.rank >= best.rank) {
                best = rule;
            }
        }
        return best;
    }

    private List<Rule> rules(Path file) {
        List<Rule> rules = new ArrayList<>();
        List<String> lines = lines(file);
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            int comment = line.indexOf('#');
            String[] fields =
                    (comment < 0 ? line : line.substring(0, comment)).strip().split("\\s+", -1);
            int rank = fields.length == FIELDS && fields[2].equals("memlock") ? rank(fields[0]) : 0;
            if (rank > 0) {
                boolean both = fields[1].equals("-");
                rules.add(new Rule(
                        rank,
                        both || fields[1].equals("soft"),
                        both || fields[1].equals("hard"),
                        bytes(fields[3]),
                        file + ":" + (i + 1)));
            }
        }
        return rules;
    }

    private static long bytes(String value) {
        long kib = Numbers.decimalLong(value, -1);
        return kib < 0 || kib > Long.MAX_VALUE / KIB ? -1 : kib * KIB;
    }

    /** How closely a domain names the user: 3 by itself, 2 by a group, 1 with everybody, 0 not at all. */
    private int rank(String domain) {
        if (domain.equals("*")) {
            return 1;
        }
        if (domain.startsWith("@")) {
            String group = domain.substring(1);
            return groups.contains(group) || user.groups().stream().anyMatch(number -> range(group, number)) ? 2 : 0;
        }
        return domain.equals(user.name()) || range(domain, user.uid()) ? 3 : 0;
    }

    /** {@code 1000:1999}, {@code 1000:} or {@code :1000}, the last being that number alone. */
    private static boolean range(String text, long number) {
        int colon = text.indexOf(':');
        if (colon < 0) {
            return false;
        }
        long first = Numbers.decimalLong(text.substring(0, colon), -1);
        long last = Numbers.decimalLong(text.substring(colon + 1), -1);
        return first < 0 ? last == number && last >= 0 : number >= first && (last < 0 || number <= last);
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file, StandardCharsets.ISO_8859_1);
        } catch (IOException unreadable) {
            return List.of();
        }
    }

    /** The least that a process of the user has now. */
    private @Nullable Known running() {
        Known least = null;
        for (String process : sysfs.names(roots.proc())) {
            Path folder = roots.proc().resolve(process);
            boolean number = Numbers.decimal(process, -1) > 0;
            String status = number ? sysfs.read(folder.resolve("status")) : null;
            String limits = status == null || !uid(status) ? null : sysfs.read(folder.resolve("limits"));
            if (status != null && limits != null) {
                String name = SystemFacts.field(status, "Name:");
                long soft = SystemFacts.lockedMemory(limits, 0);
                if (least == null || compare(soft, least.bytes) < 0) {
                    least = new Known(soft, "the process " + process + " (" + name + ") has it", false);
                }
            }
        }
        return least;
    }

    /** {@code Uid:  1000  1000  1000  1000}: whether the second, which permissions go by, is the user. */
    private boolean uid(String status) {
        String[] uids = SystemFacts.field(status, "Uid:").split("\\s+", -1);
        return uids.length > 1 && Numbers.decimalLong(uids[1], -1) == user.uid();
    }
}
