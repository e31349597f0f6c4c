// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vfiouser.server;

import io.jvfio.Hex;
import io.jvfio.device.VfioDevice;
import io.jvfio.device.VfioPci;
import io.jvfio.pci.config.CapabilityChain;
import io.jvfio.pci.config.CapabilityHeader;
import io.jvfio.pci.config.ConfigView;
import io.jvfio.pci.config.PciRegisters;
import java.util.ArrayList;
import java.util.List;

/**
 * What registers of config space had when a device was opened that a reset leaves as they are: those of the header (PCI
 * Local Bus 3.0, 6.1), which a kernel saves before it resets a device and puts back, and the controls of PCIe (PCIe 6.0,
 * 7.5.3.4), of which a part is sticky.
 *
 * <p>Threads: immutable.
 *
 * @param registers those that can be written, COMMAND last
 */
record SavedConfig(List<Saved> registers) {
    private static final int CONFIG = VfioPci.VFIO_PCI_CONFIG_REGION_INDEX;
    private static final int CACHE_LINE_SIZE = 0x0c;

    SavedConfig {
        registers = List.copyOf(registers);
    }

    /** Config space of a device. */
    private record View(VfioDevice device) implements ConfigView {
        @Override
        public int size() {
            return (int) Math.min(device.region(CONFIG).size(), PciRegisters.CONVENTIONAL_SIZE);
        }

        @Override
        public int read8(int offset) {
            return (int) device.readRegister(CONFIG, offset, Byte.BYTES);
        }

        @Override
        public int read16(int offset) {
            return (int) device.readRegister(CONFIG, offset, Short.BYTES);
        }

        @Override
        public int read32(int offset) {
            return (int) device.readRegister(CONFIG, offset, Integer.BYTES);
        }
    }

    /** A register and what it had. */
    record Saved(int offset, int width, long value) {}

    /** The registers as they are now; none for a device without a header. */
    static SavedConfig of(VfioDevice device) {
        List<Saved> registers = new ArrayList<>();
        if (device.info().pci() && device.region(CONFIG).size() >= PciRegisters.HEADER_SIZE) {
            add(registers, device, CACHE_LINE_SIZE, Byte.BYTES);
            add(registers, device, PciRegisters.LATENCY_TIMER, Byte.BYTES);
            add(registers, device, PciRegisters.INTERRUPT_LINE, Byte.BYTES);
            if ((device.readRegister(CONFIG, PciRegisters.HEADER_TYPE, 1) & PciRegisters.HEADER_LAYOUT_MASK) == 0) {
                for (int bar = 0; bar < PciRegisters.BAR_COUNT; bar++) {
                    add(registers, device, PciRegisters.BAR0 + bar * Integer.BYTES, Integer.BYTES);
                }
                add(registers, device, PciRegisters.ROM_ADDRESS, Integer.BYTES);
            }
            for (CapabilityHeader capability :
                    CapabilityChain.standard(new View(device)).capabilities()) {
                if (capability.id() == PciRegisters.CAP_EXPRESS) {
                    int control = capability.offset() + PciRegisters.EXPRESS_DEVICE_CONTROL;
                    add(registers, device, control, Short.BYTES);
                }
            }
            add(registers, device, PciRegisters.COMMAND, Short.BYTES);
        }
        return new SavedConfig(registers);
    }

    private static void add(List<Saved> registers, VfioDevice device, int offset, int width) {
        long value = device.readRegister(CONFIG, offset, width);
        long kept = offset == PciRegisters.COMMAND ? value & ~PciRegisters.COMMAND_MASTER : value;
        registers.add(new Saved(offset, width, kept));
    }

    /**
     * Writes what is not as it was.
     *
     * @throws IllegalStateException if a register keeps what a client has written
     */
    void restore(VfioDevice device) {
        for (Saved saved : registers) {
            if (differs(device, saved)) {
                device.writeRegister(CONFIG, saved.offset, saved.width, saved.value);
                if (differs(device, saved)) {
                    throw new IllegalStateException("the register at " + Hex.of(saved.offset) + " of config space");
                }
            }
        }
    }

    private static boolean differs(VfioDevice device, Saved saved) {
        return device.readRegister(CONFIG, saved.offset, saved.width) != saved.value;
    }
}
