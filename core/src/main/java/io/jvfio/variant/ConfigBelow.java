// SPDX-License-Identifier: Apache-2.0
package io.jvfio.variant;

import io.jvfio.device.VfioDevice;
import io.jvfio.device.VfioPci;
import io.jvfio.pci.config.ConfigView;
import io.jvfio.pci.config.PciRegisters;

/** The config space of a device as it has it. Threads: as the device. */
record ConfigBelow(VfioDevice device) implements ConfigView {
    private static final int REGION = VfioPci.VFIO_PCI_CONFIG_REGION_INDEX;

    @Override
    public int size() {
        return (int) Math.min(device.region(REGION).size(), PciRegisters.EXTENDED_SIZE);
    }

    @Override
    public int read8(int offset) {
        return (int) device.readRegister(REGION, offset, Byte.BYTES);
    }

    @Override
    public int read16(int offset) {
        return (int) device.readRegister(REGION, offset, Short.BYTES);
    }

    @Override
    public int read32(int offset) {
        return (int) device.readRegister(REGION, offset, Integer.BYTES);
    }
}
