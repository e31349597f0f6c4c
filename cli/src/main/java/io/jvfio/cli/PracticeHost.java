// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * A folder that looks like the files of a small host: a bridge, and behind it a function that can be opened and one that a
 * driver of the host has. It is removed at the end.
 *
 * <p>Threads: one at a time.
 */
final class PracticeHost implements AutoCloseable {
    /** The address of the function that VFIO has. */
    static final String FUNCTION = "0000:01:00.0";

    private static final String PLACE = "sys/devices/pci0000:00/0000:00:1c.0/";

    private final Path root;

    private PracticeHost(Path root) {
        this.root = root;
    }

    /** Makes one in the folder for temporary files. */
    static PracticeHost make() throws IOException {
        PracticeHost host = new PracticeHost(Files.createTempDirectory("jvfio-"));
        host.function("sys/devices/pci0000:00/0000:00:1c.0", "60400", "8086:A110", "pcieport");
        host.function(PLACE + FUNCTION, "10802", "144D:A80A", "vfio-pci");
        host.function(PLACE + "0000:01:00.1", "20000", "8086:1572", "i40e");
        host.link("sys/class/vfio-dev/vfio0", PLACE + FUNCTION + "/vfio-dev/vfio0");
        host.link("sys/class/vfio/1", "sys/devices/virtual/vfio/1");
        for (String node : List.of("dev/iommu", "dev/vfio/vfio", "dev/vfio/1", "dev/vfio/devices/vfio0")) {
            host.file(node, "");
        }
        return host;
    }

    /** Has {@code sys} and {@code dev}. */
    Path root() {
        return root;
    }

    private void function(String place, String classCode, String id, String driver) throws IOException {
        String address = place.substring(place.lastIndexOf('/') + 1);
        file(place + "/uevent", "PCI_CLASS=" + classCode + "\nPCI_ID=" + id + "\nPCI_SUBSYS_ID=1AF4:1100\n");
        file(place + "/revision", "0x01\n");
        file(place + "/numa_node", "0\n");
        String group = "sys/kernel/iommu_groups/" + (driver.equals("vfio-pci") ? 1 : 0);
        link(place + "/iommu_group", group);
        link(group + "/devices/" + address, place);
        link(place + "/driver", "sys/bus/pci/drivers/" + driver);
        link("sys/bus/pci/devices/" + address, place);
    }

    private void file(String place, String text) throws IOException {
        Path file = root.resolve(place);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    private void link(String place, String target) throws IOException {
        Path link = root.resolve(place);
        Files.createDirectories(link.getParent());
        Files.createDirectories(root.resolve(target));
        Files.createSymbolicLink(link, root.resolve(target));
    }

    @Override
    public void close() throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
