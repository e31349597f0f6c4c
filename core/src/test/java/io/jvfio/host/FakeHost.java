// SPDX-License-Identifier: Apache-2.0
package io.jvfio.host;

import io.jvfio.internal.sys.SystemCalls;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;

/** Makes a tree like sysfs, with the nodes of VFIO beside it. */
public final class FakeHost {
    final Path root;

    /** In place of {@code /sys}. */
    public final Path sys;

    /** In place of {@code /dev}. */
    public final Path dev;

    public FakeHost(Path root) {
        this.root = root;
        sys = root.resolve("sys");
        dev = root.resolve("dev");
        directory(sys.resolve("bus/pci/devices"));
        directory(dev);
    }

    public Host host() {
        return Host.of(root);
    }

    /** The host as this reader sees it. */
    Host host(Sysfs reader) {
        return new Host(reader, HostRoots.below(root));
    }

    /** The host, with each attribute, folder, link and node that it looks at told before. */
    public Host host(Consumer<Path> looking) {
        return host(new Sysfs(sys) {
            @Override
            void opening(Path file) {
                looking.accept(file);
            }

            @Override
            void following(Path link) {
                looking.accept(link);
            }

            @Override
            boolean mayOpen(Path node) {
                looking.accept(node);
                return super.mayOpen(node);
            }
        });
    }

    /** The host as it is written to by these calls. */
    Host host(SystemCalls calls) {
        HostRoots roots = HostRoots.below(root);
        return new Host(new Sysfs(roots.sys()), roots, () -> calls);
    }

    /** A function without a driver and without a group. */
    public Path function(String address, String id, String subsystem, String classCode) {
        return functionAt("devices/pci0000:00/" + address, id, subsystem, classCode);
    }

    /** A function at a place in the tree of devices. */
    Path functionAt(String place, String id, String subsystem, String classCode) {
        Path real = directory(sys.resolve(place));
        String address = real.getFileName().toString();
        link(sys.resolve("bus/pci/devices/" + address), real);
        file(
                real.resolve("uevent"),
                "PCI_CLASS=" + classCode + "\nPCI_ID=" + id + "\nPCI_SUBSYS_ID=" + subsystem + "\nPCI_SLOT_NAME="
                        + address + "\n");
        file(real.resolve("revision"), "0x10\n");
        file(real.resolve("numa_node"), "-1\n");
        return real;
    }

    /** An edu function in its group, bound to vfio-pci, with all nodes. */
    public Path boundEdu(String address, int group, int cdev) {
        Path edu = function(address, "1234:11E8", "1AF4:1100", "FF00");
        group(edu, group);
        driver(edu, "vfio-pci");
        vfio(edu, "vfio" + cdev, String.valueOf(group));
        return edu;
    }

    public void group(Path device, int group) {
        Path directory = directory(sys.resolve("kernel/iommu_groups/" + group + "/devices"));
        link(device.resolve("iommu_group"), directory.getParent());
        link(directory.resolve(device.getFileName()), device);
    }

    public void driver(Path device, String driver) {
        link(device.resolve("driver"), directory(sys.resolve("bus/pci/drivers/" + driver)));
    }

    /** Lists a device and its group in VFIO's classes, and makes the nodes. */
    public void vfio(Path device, String cdev, String group) {
        Path inDevice = directory(device.resolve("vfio-dev/" + cdev));
        link(directory(sys.resolve("class/vfio-dev")).resolve(cdev), inDevice);
        vfioGroup(group);
        file(directory(dev.resolve("vfio/devices")).resolve(cdev), "");
        file(dev.resolve("iommu"), "");
    }

    void vfioGroup(String group) {
        link(
                directory(sys.resolve("class/vfio")).resolve(group),
                directory(sys.resolve("devices/virtual/vfio/" + group)));
        file(directory(dev.resolve("vfio")).resolve(group), "");
        file(dev.resolve("vfio/vfio"), "");
    }

    /** A mediated device, bound to vfio_mdev, with all nodes. */
    public Path mdev(String uuid, String parent, String type, int group, int cdev) {
        Path real = directory(sys.resolve("devices/virtual/" + parent + "/" + parent + "/" + uuid));
        link(directory(sys.resolve("bus/mdev/devices")).resolve(uuid), real);
        link(real.resolve("mdev_type"), real.getParent().resolve("mdev_supported_types/" + type));
        group(real, group);
        link(real.resolve("driver"), directory(sys.resolve("bus/mdev/drivers/vfio_mdev")));
        vfio(real, "vfio" + cdev, String.valueOf(group));
        return real;
    }

    /** An attribute or file below the root. */
    public void text(String place, String text) {
        Path file = root.resolve(place);
        directory(file.getParent());
        file(file, text);
    }

    static void file(Path file, String text) {
        try {
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static void remove(Path path) {
        try {
            if (Files.isDirectory(path) && !Files.isSymbolicLink(path)) {
                try (var entries = Files.list(path)) {
                    entries.forEach(FakeHost::remove);
                }
            }
            Files.deleteIfExists(path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A relative link, as those of sysfs are. */
    static void link(Path link, Path target) {
        try {
            Files.deleteIfExists(link);
            Files.createSymbolicLink(link, link.getParent().toRealPath().relativize(target));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A link as those of procfs are. */
    public static void linkTo(Path link, Path target) {
        try {
            Files.createSymbolicLink(link, target);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path directory(Path directory) {
        try {
            return Files.createDirectories(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
