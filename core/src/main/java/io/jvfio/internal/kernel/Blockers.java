// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.kernel;

import io.jvfio.host.Host;
import io.jvfio.host.HostGroup;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The devices that keep an IOMMU group from being viable, as a hint. Threads: stateless. */
final class Blockers {
    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,9}");

    private Blockers() {}

    /**
     * What to do about them.
     *
     * @param group the group's number; what is none has no members to name
     * @return a hint; empty if no device of the group is in the way
     */
    static String hint(Host host, String group) {
        Optional<HostGroup> found =
                NUMBER.matcher(group).matches() ? host.group(Integer.parseInt(group)) : Optional.empty();
        if (found.isEmpty()) {
            return "a device of the group is bound to a driver of the host";
        }
        String names =
                found.get().blockers().stream().map(HostGroup.Member::toString).collect(Collectors.joining(", "));
        return names.isEmpty() ? "" : "these devices of the group must be given to vfio-pci or be unbound: " + names;
    }
}
