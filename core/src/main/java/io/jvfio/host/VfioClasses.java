// SPDX-License-Identifier: Apache-2.0
package io.jvfio.host;

import io.jvfio.host.VfioAccess.Obstacle;
import io.jvfio.host.VfioAccess.Way;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What VFIO has taken over, as its two device classes list it once for the whole host: {@code /sys/class/vfio} names the
 * groups, {@code /sys/class/vfio-dev} (Linux 6.1) links to the devices. They also tell where there is no IOMMU. The name
 * of the group in {@code /sys/kernel/iommu_groups} does not: mediated devices have the same there.
 *
 * <p>Threads: immutable.
 */
final class VfioClasses {
    private static final String NOIOMMU = "noiommu-";

    private final Sysfs files;
    private final Path nodes;

    /** By name on its bus, the name of each device's own node. */
    private final Map<String, String> cdevs;

    /** By number, the name of each group's node. */
    private final Map<Integer, String> groups;

    private final boolean listsDevices;

    /** Why the nodes that all devices share cannot be opened; null if they can. */
    private final @Nullable Trouble noContainer;

    private final @Nullable Trouble noIommufd;

    private VfioClasses(
            Sysfs files, Path devRoot, Map<String, String> cdevs, Map<Integer, String> groups, boolean listsDevices) {
        this.files = files;
        this.nodes = devRoot.resolve("vfio");
        this.cdevs = cdevs;
        this.groups = groups;
        this.listsDevices = listsDevices;
        this.noContainer = trouble(nodes.resolve("vfio"));
        this.noIommufd = trouble(devRoot.resolve("iommu"));
    }

    static VfioClasses read(Sysfs sysfs, Path devRoot) {
        Map<Integer, String> groups = new HashMap<>();
        for (String name : sysfs.names(sysfs.path("class/vfio"))) {
            int number = Numbers.decimal(name.startsWith(NOIOMMU) ? name.substring(NOIOMMU.length()) : name, -1);
            if (number >= 0) {
                groups.put(number, name);
            }
        }
        Path devices = sysfs.path("class/vfio-dev");
        Map<String, String> cdevs = new HashMap<>();
        for (String name : sysfs.names(devices)) {
            // ../../devices/pci0000:00/0000:00:04.0/vfio-dev/vfio0
            Path target = sysfs.link(devices.resolve(name));
            if (target != null && target.getNameCount() >= 3) {
                cdevs.put(target.getName(target.getNameCount() - 3).toString(), name);
            }
        }
        return new VfioClasses(sysfs, devRoot, cdevs, groups, Files.isDirectory(devices));
    }

    /** Whether a VFIO driver is bound to a device. */
    boolean isVfio(BusDevice device) {
        if (listsDevices) {
            return cdevs.containsKey(device.name());
        }
        // Before Linux 6.1: VFIO has the group, so none of its drivers uses DMA for itself.
        return groups.containsKey(device.group())
                && HostGroup.Role.of(device.driver(), false) == HostGroup.Role.BLOCKER;
    }

    /**
     * How a device could be opened.
     *
     * @param bridge whether VFIO does not take such a device
     * @param members the devices of its group, itself among them or not
     */
    VfioAccess access(BusDevice device, boolean bridge, List<? extends BusDevice> members) {
        if (!isVfio(device)) {
            return bridge
                    ? VfioAccess.unbound(Obstacle.BRIDGE, "it is a bridge, and VFIO takes endpoints only")
                    : unbound(device.driver());
        }
        String cdevName = cdevs.get(device.name());
        String groupName = groups.get(device.group());
        Path cdev = cdevName == null ? null : nodes.resolve("devices").resolve(cdevName);
        Path group = groupName == null ? null : nodes.resolve(groupName);
        boolean noIommu =
                cdevName != null && cdevName.startsWith(NOIOMMU) || groupName != null && groupName.startsWith(NOIOMMU);
        String blocker = blocker(device, members);
        if (blocker != null) {
            return new VfioAccess(cdev, group, noIommu, List.of(), Obstacle.GROUP_NOT_VIABLE, blocker);
        }
        Trouble noCdev = trouble(cdev, noIommufd);
        Trouble noGroup = trouble(group, noContainer);
        List<Way> ways = new ArrayList<>();
        if (noCdev == null) {
            ways.add(Way.IOMMUFD);
        }
        if (noGroup == null) {
            ways.add(Way.GROUP);
        }
        Trouble told = !ways.isEmpty() ? null : group == null ? noCdev : noGroup;
        return told == null
                ? new VfioAccess(cdev, group, noIommu, ways, Obstacle.NONE, "")
                : new VfioAccess(cdev, group, noIommu, ways, told.obstacle, told.reason);
    }

    private static VfioAccess unbound(@Nullable String driver) {
        return driver == null
                ? VfioAccess.unbound(
                        Obstacle.NO_DRIVER, "no kernel driver is bound to it: bind vfio-pci or a variant of it")
                : VfioAccess.unbound(
                        Obstacle.OTHER_DRIVER,
                        "it is bound to " + driver + ", which offers no VFIO: bind vfio-pci or a variant of it");
    }

    /** What a device does to its group. */
    HostGroup.Role role(BusDevice member) {
        return HostGroup.Role.of(member.driver(), isVfio(member));
    }

    /** Whether VFIO has a group without an IOMMU. */
    boolean isNoIommu(int group) {
        String name = groups.get(group);
        return name != null && name.startsWith(NOIOMMU);
    }

    /** Another device of the group whose driver keeps the group from being opened, as a reason; null if there is none. */
    private @Nullable String blocker(BusDevice device, List<? extends BusDevice> members) {
        for (BusDevice member : members) {
            if (role(member) == HostGroup.Role.BLOCKER) {
                return member.name() + " in the same group " + device.group() + " is bound to " + member.driver()
                        + ": bind it to vfio-pci or to nothing as well";
            }
        }
        return null;
    }

    private record Trouble(Obstacle obstacle, String reason) {}

    /** Why a node, with the one that goes with it, cannot be opened; null if both can. */
    private @Nullable Trouble trouble(@Nullable Path node, @Nullable Trouble partner) {
        if (node == null) {
            return new Trouble(Obstacle.NO_NODE, "the kernel offers no node for it");
        }
        Trouble own = trouble(node);
        return own == null ? partner : own;
    }

    private @Nullable Trouble trouble(Path node) {
        if (!Files.exists(node)) {
            return new Trouble(Obstacle.NO_NODE, "there is no " + node);
        }
        return files.mayOpen(node)
                ? null
                : new Trouble(
                        Obstacle.NO_PERMISSION,
                        files.who() + " may not open " + node + ": a udev rule can give read and write access");
    }
}
