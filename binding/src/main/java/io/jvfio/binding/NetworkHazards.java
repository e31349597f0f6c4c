// SPDX-License-Identifier: Apache-2.0
package io.jvfio.binding;

import io.jvfio.binding.Hazard.Row;
import io.jvfio.binding.Hazard.Severity;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Network interfaces of a function that are up, are a part of a bridge, bond or the like, or carry the session that asks.
 *
 * <p>Threads: one at a time.
 */
final class NetworkHazards {
    private static final String NET = "/sys/class/net/";

    /** {@code IFF_UP} of {@code linux/if.h}. */
    private static final int UP = 1;

    private final HostFiles files;
    private final Routes routes;

    private NetworkHazards(HostFiles files) {
        this.files = files;
        this.routes = Routes.read(files);
    }

    static List<Hazard> find(HostFiles files, ClassDevices below) {
        return new NetworkHazards(files).find(below.of("net"));
    }

    private List<Hazard> find(List<String> names) {
        List<Hazard> hazards = new ArrayList<>();
        String session = names.isEmpty() ? null : sessionInterface();
        for (String name : names) {
            Set<String> stack = stack(name);
            if (session != null && stack.contains(session)) {
                hazards.add(new Hazard(
                        Row.U4,
                        Severity.FORCE_REALLY,
                        name + (session.equals(name) ? "" : ", under " + session + ",") + " carries this SSH session"));
            }
            List<String> uses = uses(name, stack);
            if (!uses.isEmpty()) {
                hazards.add(new Hazard(Row.U3, Severity.FORCE, name + " " + String.join(", ", uses)));
            }
        }
        return hazards;
    }

    private List<String> uses(String name, Set<String> stack) {
        List<String> uses = new ArrayList<>();
        if ((hexadecimal(files.text(NET + name + "/flags")) & UP) != 0) {
            uses.add("is up");
        }
        String master = files.target(NET + name + "/master");
        if (master != null) {
            uses.add("is a port of " + master);
        }
        for (String upper : stack) {
            if (!upper.equals(name) && !upper.equals(master)) {
                uses.add("is under " + upper);
            }
        }
        uses.addAll(routes.uses(name));
        return uses;
    }

    /** An interface and all that are made of it. */
    private Set<String> stack(String name) {
        Set<String> stack = new LinkedHashSet<>(List.of(name));
        Deque<String> pending = new ArrayDeque<>(stack);
        while (!pending.isEmpty()) {
            for (String entry : files.names(NET + pending.pop())) {
                String upper = entry.startsWith("upper_") ? entry.substring("upper_".length()) : "";
                if (!upper.isEmpty() && stack.add(upper)) {
                    pending.add(upper);
                }
            }
        }
        return stack;
    }

    /** {@code SSH_CONNECTION} is the client's address and port, then the server's. */
    private @Nullable String sessionInterface() {
        String connection = files.variable("SSH_CONNECTION");
        return connection == null ? null : routes.to(connection.split(" ", -1)[0]);
    }

    private static int hexadecimal(@Nullable String text) {
        try {
            return text == null ? 0 : Integer.decode(text);
        } catch (NumberFormatException garbage) {
            return 0;
        }
    }
}
