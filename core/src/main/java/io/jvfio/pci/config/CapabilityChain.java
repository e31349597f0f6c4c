// SPDX-License-Identifier: Apache-2.0
package io.jvfio.pci.config;

import io.jvfio.Hex;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * The capabilities that one of the two lists leads to. What is walked is the device's, which may be broken, gone or
 * hostile: every place is visited once and lies inside, so a walk ends. What was found before the list went wrong is kept.
 *
 * <p>Sources: PCIe 6.0, 7.5.1.1.11 and 7.6.3. Threads: immutable.
 *
 * @param capabilities in the order of the list, which need not be that of their offsets
 * @param findings what is wrong with the list
 */
public record CapabilityChain(List<CapabilityHeader> capabilities, List<ConfigFinding> findings) {
    /** Capabilities start at multiples of this. */
    private static final int ALIGNMENT = 4;

    private static final int NO_ANSWER_8 = 0xff;

    /** Copies the lists. */
    public CapabilityChain {
        capabilities = List.copyOf(capabilities);
        findings = List.copyOf(findings);
    }

    /** Walks the list of standard capabilities. */
    public static CapabilityChain standard(ConfigView view) {
        Walk walk = new Walk(view);
        if (view.known(PciRegisters.STATUS, Short.BYTES) && view.known(PciRegisters.HEADER_TYPE, 1)) {
            int status = view.read16(PciRegisters.STATUS);
            int pointer = (view.read8(PciRegisters.HEADER_TYPE) & PciRegisters.HEADER_LAYOUT_MASK)
                            == PciRegisters.HEADER_CARDBUS
                    ? PciRegisters.CARDBUS_CAPABILITIES
                    : PciRegisters.CAPABILITIES;
            if ((status & PciRegisters.STATUS_CAPABILITIES) != 0
                    && status != PciRegisters.NO_ANSWER_16
                    && view.known(pointer, 1)) {
                walk.standard(pointer);
            }
        }
        return walk.result();
    }

    /**
     * Walks the list of extended capabilities. An entry with id 0 says nothing but where the next one is: it is left out
     * (the kernel puts one where it hides the first capability).
     */
    public static CapabilityChain extended(ConfigView view) {
        Walk walk = new Walk(view);
        if (view.size() > PciRegisters.CONVENTIONAL_SIZE) {
            walk.extended();
        }
        return walk.result();
    }

    /** One walk. */
    private static final class Walk {
        private final ConfigView view;
        private final BitSet visited = new BitSet();
        private final List<CapabilityHeader> found = new ArrayList<>();
        private final List<ConfigFinding> findings = new ArrayList<>();

        Walk(ConfigView view) {
            this.view = view;
        }

        CapabilityChain result() {
            return new CapabilityChain(found, findings);
        }

        void standard(int pointer) {
            int from = pointer;
            int offset = aligned(from, view.read8(pointer));
            while (offset != 0 && enters(from, offset, PciRegisters.HEADER_SIZE)) {
                int header = view.read16(offset);
                int id = header & 0xff;
                if (id == NO_ANSWER_8) {
                    report(ConfigFinding.Kind.NO_ANSWER, offset, "the list ends at a capability without an id");
                    return;
                }
                found.add(new CapabilityHeader(false, id, 0, offset));
                from = offset;
                offset = aligned(from, header >>> 8);
            }
        }

        void extended() {
            int from = PciRegisters.CONVENTIONAL_SIZE;
            int offset = PciRegisters.CONVENTIONAL_SIZE;
            do {
                if (!enters(from, offset, PciRegisters.CONVENTIONAL_SIZE)) {
                    return;
                }
                int header = view.read32(offset);
                if (header == -1) {
                    report(ConfigFinding.Kind.NO_ANSWER, offset, "the list ends at a capability without an id");
                    return;
                }
                int id = header & 0xffff;
                if (id != 0) {
                    found.add(new CapabilityHeader(true, id, header >>> 16 & 0xf, offset));
                }
                from = offset;
                offset = aligned(from, header >>> 20);
            } while (offset != 0);
        }

        private int aligned(int from, int pointer) {
            if (pointer % ALIGNMENT != 0) {
                report(ConfigFinding.Kind.MISALIGNED, from, "the pointer " + Hex.of(pointer) + " is no multiple of 4");
            }
            return pointer & -ALIGNMENT;
        }

        /** Whether a pointer leads to a place that can be and has not been visited. */
        private boolean enters(int from, int offset, int start) {
            String pointer = "the pointer " + Hex.of(offset);
            if (offset < start) {
                boolean header = offset < PciRegisters.HEADER_SIZE;
                report(
                        header ? ConfigFinding.Kind.IN_HEADER : ConfigFinding.Kind.OUT_OF_RANGE,
                        from,
                        pointer + (header ? " leads into the header" : " leads to where no extended capability is"));
                return false;
            }
            if (!view.known(offset, ALIGNMENT)) {
                report(ConfigFinding.Kind.NOT_KNOWN, from, "what " + pointer + " leads to is not at hand");
                return false;
            }
            if (visited.get(offset)) {
                report(ConfigFinding.Kind.LOOP, from, pointer + " leads back");
                return false;
            }
            visited.set(offset);
            return true;
        }

        private void report(ConfigFinding.Kind kind, int offset, String message) {
            findings.add(new ConfigFinding(kind, offset, message));
        }
    }
}
