// SPDX-License-Identifier: Apache-2.0
package io.jvfio.variant;

import io.jvfio.device.VfioDevice;
import io.jvfio.device.VfioPci;
import io.jvfio.pci.config.PciRegisters;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * What a PCI function is, as far as variants are chosen by it.
 *
 * <p>Threads: immutable.
 *
 * @param modalias the seven numbers
 * @param revision 0 to 0xff
 * @param facts what the machine knows besides; empty where the carrier has none
 */
public record DeviceIdentity(Modalias modalias, int revision, Optional<FunctionFacts> facts) {
    /** Refuses null. */
    public DeviceIdentity {
        Objects.requireNonNull(modalias, "modalias");
        Objects.requireNonNull(facts, "facts");
    }

    /**
     * Reads the numbers of a PCI function from its config space. Blocks as its registers do.
     *
     * @param device an open PCI function, borrowed
     */
    public static DeviceIdentity of(VfioDevice device) {
        boolean endpoint = (register(device, PciRegisters.HEADER_TYPE, 1) & PciRegisters.HEADER_LAYOUT_MASK)
                == PciRegisters.HEADER_ENDPOINT;
        return new DeviceIdentity(
                new Modalias(List.of(
                        register(device, PciRegisters.VENDOR_ID, 2),
                        register(device, PciRegisters.DEVICE_ID, 2),
                        endpoint ? register(device, PciRegisters.SUBSYSTEM_VENDOR_ID, 2) : 0,
                        endpoint ? register(device, PciRegisters.SUBSYSTEM_ID, 2) : 0,
                        register(device, PciRegisters.CLASS_CODE + 2, 1),
                        register(device, PciRegisters.CLASS_CODE + 1, 1),
                        register(device, PciRegisters.CLASS_CODE, 1))),
                register(device, PciRegisters.REVISION_ID, 1),
                device.ability(FunctionFacts.class));
    }

    private static int register(VfioDevice device, int offset, int width) {
        return (int) device.readRegister(VfioPci.VFIO_PCI_CONFIG_REGION_INDEX, offset, width);
    }
}
