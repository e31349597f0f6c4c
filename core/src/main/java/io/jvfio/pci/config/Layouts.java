// SPDX-License-Identifier: Apache-2.0
package io.jvfio.pci.config;

import static io.jvfio.pci.config.CapabilityLayout.named;

import java.util.Map;

/**
 * Which table belongs to which id.
 *
 * <p>Sources: PCI Code and ID Assignment Specification 1.16, 2 and 3; {@code include/uapi/linux/pci_regs.h}.
 */
final class Layouts {
    private static final Map<Integer, CapabilityLayout> STANDARD = Map.ofEntries(
            Map.entry(0x00, named("Null", "Null")),
            Map.entry(0x01, StandardTables.POWER),
            Map.entry(0x02, StandardTables.AGP),
            Map.entry(0x03, StandardTables.VPD),
            Map.entry(0x04, StandardTables.SLOT),
            Map.entry(0x05, StandardTables.MSI),
            Map.entry(0x06, named("HotSwap", "CompactPCI Hot Swap")),
            Map.entry(0x07, StandardTables.PCIX),
            Map.entry(0x08, named("HT", "HyperTransport")),
            Map.entry(0x09, named("Vendor", "Vendor-Specific")),
            Map.entry(0x0a, StandardTables.DEBUG),
            Map.entry(0x0b, named("CCRC", "CompactPCI Central Resource Control")),
            Map.entry(0x0c, named("HotPlug", "PCI Standard Hot-Plug Controller")),
            Map.entry(0x0d, StandardTables.SUBSYSTEM),
            Map.entry(0x0e, named("AGP8x", "AGP target behind a bridge")),
            Map.entry(0x0f, named("SecureDevice", "Secure Device")),
            Map.entry(0x10, ExpressTables.LAYOUT),
            Map.entry(0x11, StandardTables.MSIX),
            Map.entry(0x12, StandardTables.SATA),
            Map.entry(0x13, StandardTables.ADVANCED_FEATURES),
            Map.entry(0x14, named("EA", "Enhanced Allocation")),
            Map.entry(0x15, named("FPB", "Flattening Portal Bridge")));

    private static final Map<Integer, CapabilityLayout> EXTENDED =
            Map.ofEntries(Map.entry(0x01, named("AER", "Advanced Error Reporting")));

    private Layouts() {}

    static CapabilityLayout of(CapabilityHeader header) {
        CapabilityLayout layout = (header.extended() ? EXTENDED : STANDARD).get(header.id());
        if (layout != null) {
            return layout;
        }
        String id = Wording.hex(header.extended() ? 4 : 2).word(header.id());
        return named(id, "unknown capability");
    }
}
