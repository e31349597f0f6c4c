// SPDX-License-Identifier: Apache-2.0
package io.jvfio.variant;

import io.jvfio.PciAddress;
import io.jvfio.host.SriovRole;
import java.util.Objects;
import java.util.Optional;

/**
 * What the machine knows of a PCI function beyond its config space: an ability of the devices of the kernel, which other
 * carriers lack.
 *
 * <p>Threads: immutable.
 *
 * @param address where it is
 * @param sriov its part in SR-IOV
 * @param kernelDriver the kernel driver that is bound to it, {@code vfio-pci} for example
 * @param numaNode the memory node that is nearest to it, or -1 if that is unknown
 */
public record FunctionFacts(PciAddress address, SriovRole sriov, Optional<String> kernelDriver, int numaNode) {
    /** Refuses null. */
    public FunctionFacts {
        Objects.requireNonNull(address, "address");
        Objects.requireNonNull(sriov, "sriov");
        Objects.requireNonNull(kernelDriver, "kernelDriver");
    }
}
