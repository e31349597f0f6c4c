// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.kernel;

import io.jvfio.internal.sys.Abi;
import io.jvfio.internal.sys.Descriptor;
import io.jvfio.internal.sys.SystemCalls;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** The nodes of a PCI function under {@code /dev}, opened as a privileged helper would do it. */
final class DeviceNodes {
    private static final Path FUNCTIONS = Path.of("/sys/bus/pci/devices");
    private static final SystemCalls SYS = SystemCalls.linux();

    private DeviceNodes() {}

    /** {@code /dev/vfio/devices/vfioN}. */
    static Descriptor openCdev(String address) {
        try (Stream<Path> names = Files.list(FUNCTIONS.resolve(address).resolve("vfio-dev"))) {
            Path name = names.findFirst().orElseThrow().getFileName();
            return Descriptor.open(SYS, "/dev/vfio/devices/" + name, Abi.O_RDWR);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** {@code /dev/vfio/N}. */
    static Descriptor openGroup(String address) {
        return Descriptor.open(SYS, groupNode(address).toString(), Abi.O_RDWR);
    }

    static Path groupNode(String address) {
        try {
            return Path.of("/dev/vfio")
                    .resolve(Files.readSymbolicLink(FUNCTIONS.resolve(address).resolve("iommu_group"))
                            .getFileName());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** {@code /dev/iommu}. */
    static Descriptor openIommufd() {
        return Descriptor.open(SYS, "/dev/iommu", Abi.O_RDWR);
    }
}
