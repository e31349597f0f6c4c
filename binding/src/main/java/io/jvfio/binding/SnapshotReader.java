// SPDX-License-Identifier: Apache-2.0
package io.jvfio.binding;

import io.jvfio.PciAddress;
import io.jvfio.binding.DeviceSnapshot.GroupMember;
import io.jvfio.host.HostGroup.Role;
import io.jvfio.variant.Modalias;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads what there is to know of a function.
 *
 * <p>Threads: immutable.
 */
final class SnapshotReader {
    static final String DEVICES = "/sys/bus/pci/devices/";

    private final HostFiles files;

    SnapshotReader(HostFiles files) {
        this.files = files;
    }

    /** The function, or empty if there is none at this address. */
    Optional<DeviceSnapshot> read(PciAddress address) {
        String directory = DEVICES + address;
        String text = files.text(directory + "/modalias");
        if (text == null) {
            return Optional.empty();
        }
        Modalias modalias = Modalias.parse(text);
        String group = files.target(directory + "/iommu_group");
        String physical = files.target(directory + "/physfn");
        PciAddress physicalFunction =
                physical != null && PciAddress.matches(physical) ? PciAddress.parse(physical) : null;
        List<GroupMember> others = others(address, group);
        return Optional.of(new DeviceSnapshot(
                address,
                modalias,
                number(files.text(directory + "/revision")),
                driver(address),
                override(address),
                isVfio(address),
                number(group),
                files.vfioNodes(address).stream().anyMatch(node -> node.contains("/noiommu-")),
                files.number(directory + "/numa_node", -1),
                physicalFunction,
                physicalFunction == null ? null : driver(physicalFunction),
                physicalFunction != null && isVfio(physicalFunction),
                others,
                HazardTable.of(files, address, modalias, others)));
    }

    @Nullable String driver(PciAddress address) {
        return files.target(DEVICES + address + "/driver");
    }

    /** What is set as the only driver that may have the function; null if nothing is. */
    @Nullable String override(PciAddress address) {
        String text = files.text(DEVICES + address + "/driver_override");
        return text == null || text.isEmpty() || text.equals("(null)") ? null : text;
    }

    /** Whether the bound driver offers VFIO. */
    boolean isVfio(PciAddress address) {
        return files.isVfio(address);
    }

    private List<GroupMember> others(PciAddress address, @Nullable String group) {
        List<GroupMember> others = new ArrayList<>();
        List<String> names = group == null ? List.of() : files.names("/sys/kernel/iommu_groups/" + group + "/devices");
        for (String name : names) {
            if (PciAddress.matches(name) && !name.equals(address.toString())) {
                PciAddress other = PciAddress.parse(name);
                String driver = driver(other);
                String modalias = files.text(DEVICES + name + "/modalias");
                boolean bridge = modalias != null && HazardTable.isBridge(Modalias.parse(modalias));
                others.add(new GroupMember(other, driver, bridge, Role.of(driver, isVfio(other)) == Role.BLOCKER));
            }
        }
        return others;
    }

    /** A number as sysfs writes it, {@code 41} or {@code 0x0f}; -1 if it is none. */
    private static int number(@Nullable String text) {
        try {
            return text == null ? -1 : Integer.decode(text);
        } catch (NumberFormatException garbage) {
            return -1;
        }
    }
}
