// SPDX-License-Identifier: Apache-2.0
package io.jvfio.models.igd;

import io.jvfio.emulation.RegisterMap;
import io.jvfio.vendor.igd.spec.Blob;
import io.jvfio.vendor.igd.spec.IgdGeneration;
import io.jvfio.vendor.igd.spec.Mailbox;
import io.jvfio.vendor.igd.spec.OpRegionField;

/**
 * The names of what the model has, and of registers beside them that it lacks.
 *
 * <p>Threads: stateless.
 */
final class IgdRegisters {
    private static final int ANY = RegisterMap.ANY_WIDTH;
    private static final int HEADER = 0x100;
    private static final int MAILBOXES = 0x400;
    private static final int ASLE = 0xe4;
    private static final int LBPC = 0xf4;

    private IgdRegisters() {}

    /** Firmware has locked the registers of stolen memory. */
    static RegisterMap config(IgdGeneration generation) {
        return RegisterMap.NONE
                .with("GGC", IgdGeneration.GGC, Short.BYTES, ANY, 0)
                .with("BDSM", generation.bdsm(), generation.bdsmWidth(), ANY, 0)
                .with("ASLE", ASLE, Integer.BYTES, 0, 0)
                .with("SWSCI", IgdGeneration.SWSCI, Short.BYTES, 0, 0)
                .with("LBPC", LBPC, 1, 0, 0)
                .with("ASLS", IgdGeneration.ASLS, Integer.BYTES, ANY, ANY);
    }

    static RegisterMap bar(IgdGeneration generation) {
        return RegisterMap.NONE
                .with("GGC", IgdGeneration.GGC_MIRROR, Integer.BYTES, ANY, 0)
                .with("BDSM", IgdGeneration.BDSM_MIRROR, generation.bdsmWidth(), ANY, 0);
    }

    /** A way to BAR 0 that the model lacks. */
    static RegisterMap ports() {
        return RegisterMap.NONE.with("INDEX", 0, Integer.BYTES, 0, 0).with("DATA", Integer.BYTES, Integer.BYTES, 0, 0);
    }

    /** All that can be read; by name as far as it is no table and its mailbox is there. */
    static RegisterMap opRegion(Blob region) {
        RegisterMap map = RegisterMap.NONE;
        if (region.size() >= MAILBOXES) {
            map = with(map, region, OpRegionField.of(null));
            for (Mailbox mailbox : Mailbox.values()) {
                boolean there = (OpRegionField.MBOX.of(region, 0) & mailbox.bit()) != 0;
                map = there ? with(map, region, OpRegionField.of(mailbox)) : map;
            }
            map = map.withRest("header", 0, HEADER, ANY, 0).withRest("reserved", HEADER, MAILBOXES - HEADER, ANY, 0);
        }
        return map.withRest("VBT", 0, region.size(), ANY, 0);
    }

    private static RegisterMap with(RegisterMap map, Blob region, Iterable<OpRegionField> fields) {
        RegisterMap named = map;
        for (OpRegionField field : fields) {
            int length = field.width() * field.count();
            named = field.offset() + length <= region.size()
                    ? named.withRest(field.name(), field.offset(), length, ANY, 0)
                    : named;
        }
        return named;
    }

    static RegisterMap bridge(String name, int size) {
        return RegisterMap.NONE.with(name, 0, size, ANY, 0);
    }
}
