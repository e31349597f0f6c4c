// SPDX-License-Identifier: Apache-2.0
package io.jvfio.pci.config;

import static io.jvfio.pci.config.CapabilityLayout.named;

import java.util.Map;

/**
 * Which table belongs to which id.
 *
 * <p>Sources: PCI Code and ID Assignment Specification 1.16, 2 and 3; {@code include/uapi/linux/pci_regs.h}.
 */
final class CapabilityTables {
    private static final Map<Integer, CapabilityLayout> STANDARD = Map.ofEntries(
            Map.entry(0x00, CapabilityLayout.fixed("Null", "Null")),
            Map.entry(0x01, StandardTables.POWER),
            Map.entry(0x02, StandardTables.AGP),
            Map.entry(0x03, StandardTables.VPD),
            Map.entry(0x04, StandardTables.SLOT),
            Map.entry(0x05, StandardTables.MSI),
            Map.entry(0x06, StandardTables.HOT_SWAP),
            Map.entry(0x07, StandardTables.PCIX),
            Map.entry(0x08, HyperTransportTables.LAYOUT),
            Map.entry(0x09, VendorTables.STANDARD),
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
            Map.entry(0x14, AllocationTables.ENHANCED),
            Map.entry(0x15, PortalTables.BRIDGE));

    private static final Map<Integer, CapabilityLayout> EXTENDED = Map.ofEntries(
            Map.entry(0x01, ErrorTables.REPORTING),
            Map.entry(0x02, ChannelTables.PORT_CHANNELS),
            Map.entry(0x03, DeviceTables.SERIAL),
            Map.entry(0x04, ExtendedPowerTables.BUDGETING),
            Map.entry(0x05, ChannelTables.LINK_DECLARATION),
            Map.entry(0x06, ChannelTables.LINK_CONTROL),
            Map.entry(0x07, ChannelTables.EVENT_COLLECTOR),
            Map.entry(0x08, ChannelTables.FUNCTION_CHANNELS),
            Map.entry(0x09, ChannelTables.PORT_CHANNELS),
            Map.entry(0x0a, ChannelTables.REGISTER_BLOCK),
            Map.entry(0x0b, VendorTables.EXTENDED),
            Map.entry(0x0c, named("CAC", "Configuration Access Correlation")),
            Map.entry(0x0d, VirtualizationTables.ACS),
            Map.entry(0x0e, VirtualizationTables.ARI),
            Map.entry(0x0f, VirtualizationTables.ATS),
            Map.entry(0x10, VirtualizationTables.SRIOV),
            Map.entry(0x11, named("MR-IOV", "Multi-Root I/O Virtualization")),
            Map.entry(0x12, VirtualizationTables.MULTICAST),
            Map.entry(0x13, VirtualizationTables.PRI),
            Map.entry(0x15, AllocationTables.RESIZABLE),
            Map.entry(0x16, ExtendedPowerTables.ALLOCATION),
            Map.entry(0x17, ExtendedPowerTables.HINTS),
            Map.entry(0x18, ExtendedPowerTables.LATENCY),
            Map.entry(0x19, PhysicalTables.SECONDARY),
            Map.entry(0x1a, PortTables.MULTIPLEXING),
            Map.entry(0x1b, VirtualizationTables.PASID),
            Map.entry(0x1c, PortTables.LIGHTWEIGHT),
            Map.entry(0x1d, ErrorTables.CONTAINED),
            Map.entry(0x1e, ExtendedPowerTables.SUBSTATES_L1),
            Map.entry(0x1f, ExtendedPowerTables.TIME),
            Map.entry(0x20, named("M-PCIe", "PCI Express over M-PHY")),
            Map.entry(0x21, PortTables.READINESS_QUEUE),
            Map.entry(0x22, PortTables.READINESS_TIME),
            Map.entry(0x23, VendorTables.DESIGNATED),
            Map.entry(0x24, AllocationTables.VF_RESIZABLE),
            Map.entry(0x25, PhysicalTables.FEATURES),
            Map.entry(0x26, PhysicalTables.GT_16),
            Map.entry(0x27, PhysicalTables.MARGINING),
            Map.entry(0x28, PortTables.HIERARCHY),
            Map.entry(0x29, PortTables.ENCLOSURE),
            Map.entry(0x2a, PhysicalTables.GT_32),
            Map.entry(0x2b, PortTables.ALTERNATE),
            Map.entry(0x2c, PortTables.FIRMWARE),
            Map.entry(0x2d, PortalTables.SHADOW),
            Map.entry(0x2e, DeviceTables.EXCHANGE),
            Map.entry(0x2f, DeviceTables.DEVICE_3),
            Map.entry(0x30, DeviceTables.ENCRYPTION),
            Map.entry(0x31, PhysicalTables.GT_64),
            Map.entry(0x32, FlitTables.LOG),
            Map.entry(0x33, FlitTables.PERFORMANCE),
            Map.entry(0x34, FlitTables.INJECTION),
            Map.entry(0x35, ChannelTables.STREAMLINED_CHANNELS),
            Map.entry(0x36, PortalTables.BLOCKS),
            Map.entry(0x37, named("NOPFlit", "NOP Flit")),
            Map.entry(0x38, named("SIOV", "Scalable I/O Virtualization")),
            Map.entry(0x39, named("PL128", "Physical Layer 128.0 GT/s")),
            Map.entry(0x3a, named("CapturedData", "Captured Data")));

    private CapabilityTables() {}

    static CapabilityLayout of(CapabilityHeader header) {
        CapabilityLayout layout = (header.extended() ? EXTENDED : STANDARD).get(header.id());
        if (layout != null) {
            return layout;
        }
        String id = Wording.hex(header.extended() ? 4 : 2).word(header.id());
        return named(id, "unknown capability");
    }
}
