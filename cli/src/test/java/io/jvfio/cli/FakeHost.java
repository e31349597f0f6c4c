// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli;

import io.jvfio.host.Host;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A tree like sysfs, as far as commands look at it. */
public final class FakeHost {
    private final Path root;
    private final Path sys;
    private final Path dev;

    public FakeHost(Path root) {
        this.root = root;
        this.sys = root.resolve("sys");
        this.dev = root.resolve("dev");
    }

    public Host host() {
        return Host.of(root);
    }

    /** A function without a driver and without a group. */
    public Path function(String address, String id, String classCode) {
        return functionAt("", address, id, classCode);
    }

    /** A function below bridges, whose addresses are a path. */
    public Path functionAt(String bridges, String address, String id, String classCode) {
        Path device = sys.resolve("devices/pci0000:00").resolve(bridges).resolve(address);
        file(device.resolve("uevent"), "PCI_CLASS=" + classCode + "\nPCI_ID=" + id + "\nPCI_SUBSYS_ID=1AF4:1100\n");
        file(device.resolve("revision"), "0x10\n");
        file(device.resolve("numa_node"), "0\n");
        link(sys.resolve("bus/pci/devices/" + address), device);
        return device;
    }

    public void driver(Path device, String driver) {
        link(device.resolve("driver"), sys.resolve("bus/pci/drivers/" + driver));
    }

    /** A function that can be opened. */
    public Path bound(String address, String id, String classCode, int group) {
        Path device = function(address, id, classCode);
        driver(device, "vfio-pci");
        vfio(device, group);
        return device;
    }

    public Path mdev(String uuid, int group) {
        Path device = sys.resolve("devices/virtual/mtty/mtty/" + uuid);
        file(device.resolve("uevent"), "DRIVER=mtty\n");
        link(device.resolve("mdev_type"), sys.resolve("devices/virtual/mtty/mtty/mdev_supported_types/mtty-1"));
        link(sys.resolve("bus/mdev/devices/" + uuid), device);
        driver(device, "mtty");
        vfio(device, group);
        return device;
    }

    /** The node of a group. */
    public Path groupNode(int group) {
        return dev.resolve("vfio/" + group);
    }

    /** The node of a device. */
    public Path cdevNode(int group) {
        return dev.resolve("vfio/devices/vfio" + group);
    }

    private void vfio(Path device, int group) {
        group(device, group);
        link(sys.resolve("class/vfio/" + group), sys.resolve("devices/virtual/vfio/" + group));
        Path own = device.resolve("vfio-dev/vfio" + group);
        file(own.resolve("dev"), "511:0\n");
        link(sys.resolve("class/vfio-dev/vfio" + group), own);
        file(groupNode(group), "");
        file(cdevNode(group), "");
        file(dev.resolve("vfio/vfio"), "");
        file(dev.resolve("iommu"), "");
    }

    /** Puts a function into a group. */
    public void group(Path device, int group) {
        link(device.resolve("iommu_group"), sys.resolve("kernel/iommu_groups/" + group));
        link(sys.resolve("kernel/iommu_groups/" + group + "/devices/" + device.getFileName()), device);
    }

    /** A file below the root. */
    public void text(String place, String text) {
        file(root.resolve(place), text);
    }

    /** A link from one place below the root to another. */
    public void link(String link, String target) {
        link(root.resolve(link), root.resolve(target));
    }

    private static void file(Path file, String text) {
        try {
            Files.createDirectories(file.getParent());
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void link(Path link, Path target) {
        try {
            Files.createDirectories(link.getParent());
            Files.createSymbolicLink(link, link.getParent().toRealPath().relativize(target));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
