// SPDX-License-Identifier: Apache-2.0
package io.jvfio.host;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;

/**
 * Looks in {@code /proc} for who has nodes open. Without privilege only processes of the same user can be looked into, so
 * an empty answer is no proof.
 *
 * <p>Threads: immutable.
 */
final class NodeHolders {
    private final Sysfs files;
    private final Path proc;

    NodeHolders(Sysfs files, Path proc) {
        this.files = files;
        this.proc = proc;
    }

    /** The holders of any of these nodes, by process; each process once for each node. */
    List<NodeHolder> of(Set<Path> nodes) {
        List<NodeHolder> holders = new ArrayList<>();
        for (String name : nodes.isEmpty() ? List.<String>of() : files.names(proc)) {
            long process = Numbers.decimalLong(name, -1);
            if (process > 0) {
                Path descriptors = proc.resolve(name).resolve("fd");
                files.names(descriptors).stream()
                        .map(descriptor -> files.link(descriptors.resolve(descriptor)))
                        .filter(target -> target != null && nodes.contains(target))
                        .distinct()
                        .forEach(target -> holders.add(new NodeHolder(process, command(name), target)));
            }
        }
        holders.sort(Comparator.comparingLong(NodeHolder::process));
        return holders;
    }

    private String command(String process) {
        String command = files.read(proc.resolve(process).resolve("comm"));
        return command == null ? "" : command;
    }
}
