// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.kernel;

import io.jvfio.DeviceLocator;
import io.jvfio.Errno;
import io.jvfio.PciAddress;
import io.jvfio.VfioException;
import io.jvfio.host.Host;
import io.jvfio.host.SriovRole;
import io.jvfio.host.VfioAccess;
import io.jvfio.variant.FunctionFacts;
import java.nio.file.Path;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A device that is to be opened, as its host showed it when it was looked at, once.
 *
 * <p>Threads: immutable.
 *
 * @param host where it is
 * @param name its name on its bus, which is also what {@code VFIO_GROUP_GET_DEVICE_FD} takes
 * @param driver the kernel driver that is bound to it, or null
 * @param group the number of its IOMMU group, or -1
 * @param sriov its part in SR-IOV: only functions with one take part in VF tokens
 * @param numaNode the memory node that is nearest to it, or -1
 * @param access its nodes
 */
record Target(
        Host host, String name, @Nullable String driver, int group, SriovRole sriov, int numaNode, VfioAccess access) {
    static final String MDEV = "mdev";

    /**
     * Looks at a device.
     *
     * @throws IllegalArgumentException if there is none
     */
    static Target of(Host host, DeviceLocator locator) {
        return find(host, locator).orElseThrow(() -> {
            boolean mdev = locator.scheme().equals(MDEV);
            return new IllegalArgumentException("no " + (mdev ? "mediated device " : "PCI function ") + locator.target()
                    + " in /sys/bus/" + (mdev ? MDEV : "pci") + "/devices");
        });
    }

    /** Looks at a device, which need not be there. */
    static Optional<Target> find(Host host, DeviceLocator locator) {
        return locator.scheme().equals(MDEV)
                ? host.mdev(UUID.fromString(locator.target()))
                        .map(mdev -> new Target(
                                host,
                                mdev.uuid().toString(),
                                mdev.driver(),
                                mdev.group(),
                                SriovRole.NONE,
                                -1,
                                mdev.access()))
                : host.function(PciAddress.parse(locator.target()))
                        .map(pci -> new Target(
                                host,
                                pci.address().toString(),
                                pci.driver(),
                                pci.group(),
                                pci.sriov(),
                                pci.numaNode(),
                                pci.access()));
    }

    /** What variants are chosen by besides the device's numbers; null for a mediated device. */
    @Nullable FunctionFacts facts() {
        return PciAddress.matches(name)
                ? new FunctionFacts(PciAddress.parse(name), sriov, Optional.ofNullable(driver), numaNode)
                : null;
    }

    /** Whether the kernel offers the device without an IOMMU only. */
    boolean noIommu() {
        return access.noIommu();
    }

    /**
     * The device's own node.
     *
     * @throws VfioException with ENODEV if its driver offers no VFIO, or the kernel no such nodes
     */
    Path cdevNode() {
        return present(access.cdev(), "has no VFIO device node");
    }

    /**
     * The node of the device's group, named as it would be if VFIO does not have the group now.
     *
     * @param lack what to say if there is no group
     * @throws VfioException with ENODEV if it is in none
     */
    Path groupNode(String lack) {
        Path node = access.groupNode();
        return present(node != null || group < 0 ? node : Path.of("/dev/vfio", String.valueOf(group)), lack);
    }

    private Path present(@Nullable Path node, String lack) {
        if (node == null) {
            throw new VfioException("open", Errno.ENODEV, name + " " + lack, remedy());
        }
        return node;
    }

    /** A line that says what a user must do before the device can be opened; empty if it can. */
    private String remedy() {
        if (access.bound()) {
            return "";
        }
        return driver == null
                ? "no kernel driver is bound to it; bind vfio-pci first"
                : "it is bound to " + driver + ", which offers no VFIO; bind vfio-pci first";
    }
}
