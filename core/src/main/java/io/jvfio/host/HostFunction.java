// SPDX-License-Identifier: Apache-2.0
package io.jvfio.host;

import io.jvfio.DeviceLocator;
import io.jvfio.PciAddress;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A PCI function of this host.
 *
 * <p>Threads: immutable; as it was when it was read.
 *
 * @param address where it is
 * @param ids what it is
 * @param driver the kernel driver that is bound to it, or null
 * @param group the number of its IOMMU group, or -1 if it is in none
 * @param numaNode the memory node that is nearest to it, or -1 if that is unknown
 * @param sriov its part in SR-IOV
 * @param physicalFunction of a virtual function, the physical one; null otherwise, or if it could not be read
 * @param upstream the bridges above it, the outermost first: the first is the root port, if it is behind one; empty on a
 *     root bus
 * @param access how it could be opened
 */
public record HostFunction(
        PciAddress address,
        FunctionIds ids,
        @Nullable String driver,
        int group,
        int numaNode,
        SriovRole sriov,
        @Nullable PciAddress physicalFunction,
        List<PciAddress> upstream,
        VfioAccess access) {
    /** Refuses null and copies the list. */
    public HostFunction {
        Objects.requireNonNull(address, "address");
        Objects.requireNonNull(ids, "ids");
        Objects.requireNonNull(sriov, "sriov");
        Objects.requireNonNull(access, "access");
        upstream = List.copyOf(upstream);
    }

    /** The bridge that its bus hangs on, or empty if that is a root bus. */
    public Optional<PciAddress> parent() {
        return upstream.isEmpty() ? Optional.empty() : Optional.of(upstream.getLast());
    }

    /** What opens it, now or once a VFIO driver is bound to it; {@code noiommu:…} where there is no IOMMU. */
    public DeviceLocator locator() {
        return access.noIommu() ? new DeviceLocator("noiommu", address.toString()) : DeviceLocator.of(address);
    }
}
