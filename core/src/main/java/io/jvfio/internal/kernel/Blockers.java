// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.kernel;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** The devices that keep an IOMMU group from being viable, as sysfs names them. */
final class Blockers {
    private static final Path GROUPS = Path.of("/sys/kernel/iommu_groups");

    /** Drivers that do no DMA for the host and so do not stand in the way of a group. */
    private static final Set<String> HARMLESS_DRIVERS = Set.of("pcieport", "pci-stub", "shpchp");

    private Blockers() {}

    /**
     * What to do about them.
     *
     * @param group the group's number
     * @return a hint; empty if no device of the group is in the way
     */
    static String hint(String group) {
        List<String> names = new ArrayList<>();
        try (DirectoryStream<Path> devices =
                Files.newDirectoryStream(GROUPS.resolve(group).resolve("devices"))) {
            for (Path device : devices) {
                SysfsDevice member = new SysfsDevice(device.getFileName().toString(), device);
                String driver = member.driver();
                if (driver != null && !member.vfio() && !HARMLESS_DRIVERS.contains(driver)) {
                    names.add(member.name() + " (driver " + driver + ")");
                }
            }
        } catch (IOException | DirectoryIteratorException unreadable) {
            return "a device of the group is bound to a driver of the host";
        }
        return names.isEmpty()
                ? ""
                : "these devices of the group must be given to vfio-pci or be unbound: " + String.join(", ", names);
    }
}
