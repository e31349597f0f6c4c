// SPDX-License-Identifier: Apache-2.0
package io.jvfio.host;

import io.jvfio.host.VfioAccess.ClosedNode;
import io.jvfio.host.VfioAccess.Obstacle;
import io.jvfio.host.VfioAccess.Way;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What VFIO has taken over, as its two device classes list it for the whole host, or as sysfs tells of a few devices:
 * {@code /sys/class/vfio} names the groups, {@code /sys/class/vfio-dev} (Linux 6.1) links to the devices. They also
 * tell where there is no IOMMU. The name of the group in {@code /sys/kernel/iommu_groups} does not: mediated devices
 * have the same there.
 *
 * <p>Threads: immutable.
 */
final class VfioClasses {
    private static final String GROUPS = "class/vfio";
    private static final String DEVICES = "class/vfio-dev";
    private static final String NOIOMMU = "noiommu-";
    private static final String CONTAINER = "vfio";

    private final Sysfs files;
    private final Path nodes;

    /** By name on its bus, the name of each device's own node. */
    private final Map<String, String> cdevs;

    /** By number, the name of each group's node. */
    private final Map<Integer, String> groups;

    private final boolean listsDevices;

    private final Path iommufd;

    /** What is in the way of opening the nodes that all devices share. */
    private final Obstacle toContainer;

    private final Obstacle toIommufd;

    private VfioClasses(Sysfs files, Path devRoot, Map<String, String> cdevs, Map<Integer, String> groups) {
        this.files = files;
        this.nodes = devRoot.resolve("vfio");
        this.cdevs = cdevs;
        this.groups = groups;
        this.listsDevices = Files.isDirectory(files.path(DEVICES));
        this.iommufd = devRoot.resolve("iommu");
        this.toContainer = obstacle(nodes.resolve(CONTAINER));
        this.toIommufd = obstacle(iommufd);
    }

    /** For all devices. */
    static VfioClasses all(Sysfs sysfs, Path devRoot) {
        Map<Integer, String> groups = new HashMap<>();
        for (String name : sysfs.names(sysfs.path(GROUPS))) {
            int number = Numbers.decimal(name.startsWith(NOIOMMU) ? name.substring(NOIOMMU.length()) : name, -1);
            if (number >= 0) {
                groups.put(number, name);
            }
        }
        Path devices = sysfs.path(DEVICES);
        Map<String, String> cdevs = new HashMap<>();
        for (String name : sysfs.names(devices)) {
            // ../../devices/pci0000:00/0000:00:04.0/vfio-dev/vfio0
            Path target = sysfs.link(devices.resolve(name));
            if (target != null && target.getNameCount() >= 3) {
                cdevs.put(target.getName(target.getNameCount() - 3).toString(), name);
            }
        }
        return new VfioClasses(sysfs, devRoot, cdevs, groups);
    }

    /** For these devices and no others: costs what they cost, however many VFIO has. */
    static VfioClasses of(Sysfs sysfs, Path devRoot, Collection<? extends BusDevice> devices) {
        Map<String, String> cdevs = new HashMap<>();
        Map<Integer, String> groups = new HashMap<>();
        for (BusDevice device : devices) {
            for (String name : sysfs.names(device.directory().resolve("vfio-dev"))) {
                cdevs.put(device.name(), name);
            }
        }
        devices.stream().map(BusDevice::group).distinct().forEach(number -> {
            String name = groupName(sysfs, number);
            if (name != null) {
                groups.put(number, name);
            }
        });
        return new VfioClasses(sysfs, devRoot, cdevs, groups);
    }

    private static @Nullable String groupName(Sysfs sysfs, int number) {
        for (String name : List.of(String.valueOf(number), NOIOMMU + number)) {
            if (Files.exists(sysfs.path(GROUPS).resolve(name), LinkOption.NOFOLLOW_LINKS)) {
                return name;
            }
        }
        return null;
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
        Path cdev = cdev(device);
        Path group = groupNode(device);
        boolean noIommu = nodes(device).stream()
                .anyMatch(node -> node.getFileName().toString().startsWith(NOIOMMU));
        List<ClosedNode> closed = new ArrayList<>();
        if (cdev != null) {
            addIfClosed(closed, Way.IOMMUFD, cdev, obstacle(cdev));
            addIfClosed(closed, Way.IOMMUFD, iommufd, toIommufd);
        }
        if (group != null) {
            addIfClosed(closed, Way.GROUP, group, obstacle(group));
            addIfClosed(closed, Way.GROUP, nodes.resolve(CONTAINER), toContainer);
        }
        String blocker = blocker(device, members);
        if (blocker != null) {
            return new VfioAccess(cdev, group, noIommu, closed, Obstacle.GROUP_NOT_VIABLE, blocker);
        }
        VfioAccess access = new VfioAccess(cdev, group, noIommu, closed, Obstacle.NONE, "");
        return access.openable()
                ? access
                : closed.stream()
                        .filter(node -> node.way() == (group == null ? Way.IOMMUFD : Way.GROUP))
                        .findFirst()
                        .map(told -> new VfioAccess(cdev, group, noIommu, closed, told.obstacle(), reason(told)))
                        .orElse(access);
    }

    /** The node of a device, then that of its group, as far as VFIO has made them. */
    List<Path> nodes(BusDevice device) {
        return Stream.of(cdev(device), groupNode(device))
                .filter(Objects::nonNull)
                .toList();
    }

    private @Nullable Path cdev(BusDevice device) {
        String name = cdevs.get(device.name());
        return name == null ? null : nodes.resolve("devices").resolve(name);
    }

    private @Nullable Path groupNode(BusDevice device) {
        String name = groups.get(device.group());
        return name == null ? null : nodes.resolve(name);
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

    private static void addIfClosed(List<ClosedNode> closed, Way way, Path node, Obstacle obstacle) {
        if (obstacle != Obstacle.NONE) {
            closed.add(new ClosedNode(way, node, obstacle));
        }
    }

    private Obstacle obstacle(Path node) {
        return files.mayOpen(node) ? Obstacle.NONE : Files.exists(node) ? Obstacle.NO_PERMISSION : Obstacle.NO_NODE;
    }

    private String reason(ClosedNode closed) {
        return closed.obstacle() == Obstacle.NO_NODE
                ? "there is no " + closed.node()
                : files.who() + " may not open " + closed.node() + ": a udev rule can give read and write access";
    }
}
