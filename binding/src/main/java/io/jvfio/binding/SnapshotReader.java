// SPDX-License-Identifier: Apache-2.0
package io.jvfio.binding;

import io.jvfio.PciAddress;
import io.jvfio.binding.DeviceSnapshot.GroupMember;
import io.jvfio.variant.Modalias;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads what there is to know of a function.
 *
 * <p>Threads: immutable.
 */
final class SnapshotReader {
    static final String DEVICES = "/sys/bus/pci/devices/";

    /** Drivers that leave the group to VFIO ({@code driver_managed_dma}). */
    private static final Set<String> NEUTRAL = Set.of("pcieport", "pci-stub", "shpchp");

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
                hexadecimal(files.text(directory + "/revision")),
                driver(address),
                override(address),
                isVfio(address),
                group == null ? -1 : number(group),
                isNoIommu(address, group),
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

    /** Whether the bound driver offers VFIO; before Linux 6.1 only the group tells. */
    boolean isVfio(PciAddress address) {
        if (!files.names(DEVICES + address + "/vfio-dev").isEmpty()) {
            return true;
        }
        String driver = driver(address);
        String group = files.target(DEVICES + address + "/iommu_group");
        return !files.exists("/sys/class/vfio-dev")
                && driver != null
                && !NEUTRAL.contains(driver)
                && group != null
                && (files.exists("/sys/class/vfio/" + group) || files.exists("/sys/class/vfio/noiommu-" + group));
    }

    private boolean isNoIommu(PciAddress address, @Nullable String group) {
        return files.names(DEVICES + address + "/vfio-dev").stream().anyMatch(name -> name.startsWith("noiommu-"))
                || group != null && files.exists("/sys/class/vfio/noiommu-" + group);
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
                others.add(new GroupMember(
                        other, driver, bridge, driver != null && !NEUTRAL.contains(driver) && !isVfio(other)));
            }
        }
        return others;
    }

    /** The nodes by which processes have a function that is bound to a VFIO driver. */
    static List<String> vfioNodes(HostFiles files, PciAddress address) {
        List<String> nodes = new ArrayList<>();
        for (String name : files.names(DEVICES + address + "/vfio-dev")) {
            nodes.add("/dev/vfio/devices/" + name);
        }
        String group = files.target(DEVICES + address + "/iommu_group");
        for (String prefix : group == null ? List.<String>of() : List.of("", "noiommu-")) {
            if (files.exists("/sys/class/vfio/" + prefix + group)) {
                nodes.add("/dev/vfio/" + prefix + group);
            }
        }
        return nodes;
    }

    private static int number(String text) {
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException garbage) {
            return -1;
        }
    }

    private static int hexadecimal(@Nullable String text) {
        try {
            return text == null ? -1 : Integer.decode(text);
        } catch (NumberFormatException garbage) {
            return -1;
        }
    }
}
