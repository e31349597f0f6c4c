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
    /** Bytes of the header; standard capabilities follow. */
    static final int HEADER_SIZE = 0x40;

    /** Bytes of the part that standard capabilities use; extended ones follow. */
    static final int CONVENTIONAL_SIZE = 0x100;

    private static final int STATUS = 0x06;
    private static final int STATUS_LIST = 1 << 4;
    private static final int HEADER_TYPE = 0x0e;
    private static final int CARDBUS = 2;
    private static final int POINTER = 0x34;
    private static final int CARDBUS_POINTER = 0x14;

    /** Capabilities start at multiples of this. */
    private static final int ALIGNMENT = 4;

    private static final int NO_ANSWER_8 = 0xff;
    private static final int NO_ANSWER_16 = 0xffff;

    /** Copies the lists. */
    public CapabilityChain {
        capabilities = List.copyOf(capabilities);
        findings = List.copyOf(findings);
    }

    /** Walks the list of standard capabilities. */
    public static CapabilityChain standard(ConfigView view) {
        Walk walk = new Walk(view);
        if (view.known(STATUS, Short.BYTES) && view.known(HEADER_TYPE, 1)) {
            int status = view.read16(STATUS);
            int pointer = (view.read8(HEADER_TYPE) & 0x7f) == CARDBUS ? CARDBUS_POINTER : POINTER;
            if ((status & STATUS_LIST) != 0 && status != NO_ANSWER_16 && view.known(pointer, 1)) {
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
        if (view.size() > CONVENTIONAL_SIZE) {
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
            while (offset != 0 && enters(from, offset, HEADER_SIZE)) {
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
            int from = CONVENTIONAL_SIZE;
            int offset = CONVENTIONAL_SIZE;
            do {
                if (!enters(from, offset, CONVENTIONAL_SIZE)) {
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
                boolean header = offset < HEADER_SIZE;
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
