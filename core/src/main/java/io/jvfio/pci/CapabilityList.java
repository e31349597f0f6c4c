// SPDX-License-Identifier: Apache-2.0
package io.jvfio.pci;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * Walks the two lists of capabilities. What it reads is the device's, which may be broken, gone or hostile: every place is
 * visited once and lies inside, so a walk ends. What was found before the list went wrong is kept.
 *
 * <p>Sources: PCIe 6.0, 7.5.1.1.11 and 7.6.3. Threads: stateless.
 */
final class CapabilityList {
    /** Capabilities start at multiples of this. */
    private static final int ALIGNMENT = 4;

    private static final int NO_ANSWER_8 = 0xff;

    private CapabilityList() {}

    /** The standard capabilities in the order of the list, which need not be that of their offsets. */
    static List<CapabilityHeader> standard(ConfigSpace config) {
        List<CapabilityHeader> found = new ArrayList<>();
        int status = config.read16(PciRegisters.STATUS);
        if ((status & PciRegisters.STATUS_CAPABILITIES) == 0 || status == PciRegisters.NO_ANSWER_16) {
            return found;
        }
        boolean cardbus = config.headerLayout() == PciRegisters.HEADER_CARDBUS;
        int offset = config.read8(cardbus ? PciRegisters.CARDBUS_CAPABILITIES : PciRegisters.CAPABILITIES);
        int end = Math.min(config.size(), PciRegisters.CONVENTIONAL_SIZE);
        BitSet visited = new BitSet();
        while (true) {
            offset &= -ALIGNMENT;
            if (offset < PciRegisters.HEADER_SIZE || offset > end - ALIGNMENT || visited.get(offset)) {
                return found;
            }
            visited.set(offset);
            int header = config.read16(offset);
            int id = header & 0xff;
            if (id == NO_ANSWER_8) {
                return found;
            }
            found.add(new CapabilityHeader(false, id, 0, offset));
            offset = header >>> 8;
        }
    }

    /**
     * The extended capabilities in the order of the list. An entry with id 0 says nothing but where the next one is: it
     * is left out (the kernel puts one where it hides the first capability).
     */
    static List<CapabilityHeader> extended(ConfigSpace config) {
        List<CapabilityHeader> found = new ArrayList<>();
        int offset = PciRegisters.CONVENTIONAL_SIZE;
        BitSet visited = new BitSet();
        while (offset >= PciRegisters.CONVENTIONAL_SIZE
                && offset <= config.size() - ALIGNMENT
                && !visited.get(offset)) {
            visited.set(offset);
            int header = config.read32(offset);
            if (header == -1) {
                break;
            }
            int id = header & 0xffff;
            if (id != 0) {
                found.add(new CapabilityHeader(true, id, header >>> 16 & 0xf, offset));
            }
            offset = header >>> 20 & -ALIGNMENT;
        }
        return found;
    }
}
