// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.kernel;

import io.jvfio.PciAddress;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What sysfs says of a device that is to be opened: its VFIO nodes and its driver.
 *
 * <p>Threads: immutable.
 *
 * @param name the device's name on its bus, which is also what {@code VFIO_GROUP_GET_DEVICE_FD} takes
 * @param directory its directory in sysfs
 */
record SysfsDevice(String name, Path directory) {

    private static final Path PCI = Path.of("/sys/bus/pci/devices");
    private static final Path MDEV = Path.of("/sys/bus/mdev/devices");
    private static final Path NODES = Path.of("/dev/vfio");
    private static final String NOIOMMU = "noiommu-";

    /** The device of a PCI address. */
    static SysfsDevice pci(PciAddress address) {
        return existing("PCI function", PCI, address.toString());
    }

    /** The mediated device of a UUID. */
    static SysfsDevice mdev(UUID uuid) {
        return existing("mediated device", MDEV, uuid.toString());
    }

    private static SysfsDevice existing(String kind, Path bus, String name) {
        Path directory = bus.resolve(name);
        if (!Files.isDirectory(directory)) {
            throw new IllegalArgumentException("no " + kind + " " + name + " in " + bus);
        }
        return new SysfsDevice(name, directory);
    }

    /** The bound kernel driver's name, or null. */
    @Nullable String driver() {
        return target("driver");
    }

    /** The group's number, or null if the device is in none. */
    @Nullable String group() {
        return target("iommu_group");
    }

    /** The node of the device's group: {@code /dev/vfio/N}, or {@code /dev/vfio/noiommu-N}; null without a group. */
    @Nullable Path groupNode() {
        String group = group();
        if (group == null) {
            return null;
        }
        return NODES.resolve(isNoIommuGroup(group) ? NOIOMMU + group : group);
    }

    /** The device's own node, or null if its driver offers no VFIO, or the kernel no such nodes. */
    @Nullable Path cdevNode() {
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory.resolve("vfio-dev"))) {
            for (Path entry : entries) {
                return NODES.resolve("devices").resolve(entry.getFileName().toString());
            }
        } catch (IOException | DirectoryIteratorException absent) {
            return null;
        }
        return null;
    }

    /** Whether the kernel offers the device without an IOMMU only. */
    boolean noIommu() {
        String group = group();
        Path cdev = cdevNode();
        return group != null && isNoIommuGroup(group)
                || cdev != null && cdev.getFileName().toString().startsWith(NOIOMMU);
    }

    /** Whether the device is an SR-IOV function, physical or virtual: only those take part in VF tokens. */
    boolean sriovFunction() {
        return virtualFunction() || Files.exists(directory.resolve("sriov_totalvfs"));
    }

    /** Whether the device is a virtual function. */
    boolean virtualFunction() {
        return Files.exists(directory.resolve("physfn"));
    }

    /** Whether the driver offers VFIO at all. */
    boolean vfio() {
        return Files.exists(directory.resolve("vfio-dev"));
    }

    private static boolean isNoIommuGroup(String group) {
        return Files.exists(NODES.resolve(NOIOMMU + group));
    }

    private @Nullable String target(String link) {
        try {
            return Files.readSymbolicLink(directory.resolve(link)).getFileName().toString();
        } catch (IOException absent) {
            return null;
        }
    }

    /** A line that says what a user must do before the device can be opened; empty if it can. */
    String remedy() {
        if (vfio()) {
            return "";
        }
        String driver = driver();
        return driver == null
                ? "no kernel driver is bound to it; bind vfio-pci first"
                : "it is bound to " + driver + ", which offers no VFIO; bind vfio-pci first";
    }
}
