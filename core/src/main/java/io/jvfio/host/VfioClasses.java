// SPDX-License-Identifier: Apache-2.0
package io.jvfio.host;

import io.jvfio.host.VfioAccess.Way;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
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

    /** Drivers whose device does not keep others of its group from being opened ({@code driver_managed_dma}). */
    private static final Set<String> NEUTRAL_DRIVERS = Set.of("pcieport", "pci-stub");

    private final Sysfs files;
    private final Path nodes;
    private final Path iommu;

    /** By name on its bus, the name of each device's own node. */
    private final Map<String, String> cdevs;

    /** By number, the name of each group's node. */
    private final Map<Integer, String> groups;

    private final boolean listsDevices;

    private VfioClasses(
            Sysfs files, Path devRoot, Map<String, String> cdevs, Map<Integer, String> groups, boolean listsDevices) {
        this.files = files;
        this.nodes = devRoot.resolve("vfio");
        this.iommu = devRoot.resolve("iommu");
        this.cdevs = cdevs;
        this.groups = groups;
        this.listsDevices = listsDevices;
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
        String driver = device.driver();
        return groups.containsKey(device.group()) && driver != null && !NEUTRAL_DRIVERS.contains(driver);
    }

    /**
     * How a device could be opened.
     *
     * @param ineligible why VFIO does not take such a device, or null
     * @param members the devices of its group, itself among them or not
     */
    VfioAccess access(BusDevice device, @Nullable String ineligible, List<? extends BusDevice> members) {
        if (!isVfio(device)) {
            String reason = ineligible == null ? unbound(device.driver()) : ineligible;
            return new VfioAccess(null, null, false, List.of(), reason);
        }
        String cdevName = cdevs.get(device.name());
        String groupName = groups.get(device.group());
        Path cdev = cdevName == null ? null : nodes.resolve("devices").resolve(cdevName);
        Path group = groupName == null ? null : nodes.resolve(groupName);
        boolean noIommu =
                cdevName != null && cdevName.startsWith(NOIOMMU) || groupName != null && groupName.startsWith(NOIOMMU);
        String blocker = blocker(device, members);
        if (blocker != null) {
            return new VfioAccess(cdev, group, noIommu, List.of(), blocker);
        }
        String noCdev = obstacle(cdev, iommu);
        String noGroup = obstacle(group, nodes.resolve("vfio"));
        List<Way> ways = new ArrayList<>();
        if (noCdev == null) {
            ways.add(Way.IOMMUFD);
        }
        if (noGroup == null) {
            ways.add(Way.GROUP);
        }
        String obstacle = noCdev == null || noGroup == null ? "" : group == null ? noCdev : noGroup;
        return new VfioAccess(cdev, group, noIommu, ways, obstacle);
    }

    private static String unbound(@Nullable String driver) {
        return driver == null
                ? "no kernel driver is bound to it: bind vfio-pci or a variant of it"
                : "it is bound to " + driver + ", which offers no VFIO: bind vfio-pci or a variant of it";
    }

    /** Another device of the group whose driver keeps the group from being opened, as a reason; null if there is none. */
    private @Nullable String blocker(BusDevice device, List<? extends BusDevice> members) {
        for (BusDevice member : members) {
            String driver = member.driver();
            if (driver != null && !NEUTRAL_DRIVERS.contains(driver) && !isVfio(member)) {
                return member.name() + " in the same group " + device.group() + " is bound to " + driver
                        + ": bind it to vfio-pci or to nothing as well";
            }
        }
        return null;
    }

    /** Why a node, with the one that goes with it, cannot be opened; null if both can. */
    private @Nullable String obstacle(@Nullable Path node, Path partner) {
        if (node == null) {
            return "the kernel offers no node for it";
        }
        String reason = unusable(node);
        return reason == null ? unusable(partner) : reason;
    }

    private @Nullable String unusable(Path node) {
        if (!Files.exists(node)) {
            return "there is no " + node;
        }
        return files.mayOpen(node) ? null : "this process may not open " + node;
    }
}
