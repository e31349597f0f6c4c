// SPDX-License-Identifier: Apache-2.0
package io.jvfio.pci.config;

/**
 * The registers of config space that the framework itself uses, and the bits in them: the words that drivers, models and
 * servers share. What else a function has is decoded by name, see {@link ConfigContents}.
 *
 * <p>Sources: PCIe 6.0, 7.5.1 (header), 7.5.2 (power management), 7.5.3 (PCIe), 7.7.1 (MSI), 7.7.2 (MSI-X), 7.9.19 (VPD).
 *
 * <p>Threads: constants.
 */
public final class PciRegisters {
    public static final int BAR_COUNT = 6;

    /** Bytes of config space of a conventional function, and of the part of a PCIe one that standard capabilities use. */
    public static final int CONVENTIONAL_SIZE = 0x100;

    /** Bytes of config space of a PCIe function. */
    public static final int EXTENDED_SIZE = 0x1000;

    /** Bytes of the header; standard capabilities follow. */
    public static final int HEADER_SIZE = 0x40;

    public static final int VENDOR_ID = 0x00;
    public static final int DEVICE_ID = 0x02;
    public static final int COMMAND = 0x04;
    public static final int STATUS = 0x06;
    public static final int REVISION_ID = 0x08;
    public static final int CLASS_CODE = 0x09;
    public static final int LATENCY_TIMER = 0x0d;
    public static final int HEADER_TYPE = 0x0e;
    public static final int BIST = 0x0f;
    public static final int BAR0 = 0x10;
    public static final int CARDBUS_CAPABILITIES = 0x14;
    public static final int SUBSYSTEM_VENDOR_ID = 0x2c;
    public static final int SUBSYSTEM_ID = 0x2e;
    public static final int ROM_ADDRESS = 0x30;
    public static final int CAPABILITIES = 0x34;
    public static final int INTERRUPT_LINE = 0x3c;
    public static final int INTERRUPT_PIN = 0x3d;

    /** What every bit reads as when nobody answers. */
    public static final int NO_ANSWER_16 = 0xffff;

    public static final int COMMAND_IO = 1;
    public static final int COMMAND_MEMORY = 1 << 1;
    public static final int COMMAND_MASTER = 1 << 2;
    public static final int COMMAND_PARITY = 1 << 6;
    public static final int COMMAND_SERR = 1 << 8;
    public static final int COMMAND_INTX_DISABLE = 1 << 10;

    public static final int STATUS_INTERRUPT = 1 << 3;
    public static final int STATUS_CAPABILITIES = 1 << 4;

    public static final int HEADER_LAYOUT_MASK = 0x7f;
    public static final int HEADER_ENDPOINT = 0;
    public static final int HEADER_BRIDGE = 1;
    public static final int HEADER_CARDBUS = 2;

    public static final int BAR_IO = 1;
    public static final int BAR_TYPE_MASK = 0x6;
    public static final int BAR_TYPE_64 = 0x4;
    public static final int BAR_PREFETCHABLE = 0x8;

    public static final int CAP_POWER = 0x01;
    public static final int CAP_VPD = 0x03;
    public static final int CAP_MSI = 0x05;
    public static final int CAP_PCIX = 0x07;
    public static final int CAP_EXPRESS = 0x10;
    public static final int CAP_MSIX = 0x11;

    /** From the MSI and the MSI-X capability. */
    public static final int MESSAGE_CONTROL = 2;

    public static final int MSI_ENABLE = 1;
    public static final int MSI_64 = 1 << 7;
    public static final int MSI_EXTENDED_DATA = 1 << 10;
    public static final int MSIX_ENABLE = 1 << 15;
    public static final int MSIX_FUNCTION_MASK = 1 << 14;

    /** From the MSI-X capability: a BAR's number in the lowest three bits, an offset in the others. */
    public static final int MSIX_TABLE = 4;

    /** From the MSI-X capability; as {@link #MSIX_TABLE}. */
    public static final int MSIX_PENDING = 8;

    /** From the power management capability. */
    public static final int POWER_CAPABILITIES = 2;

    public static final int POWER_D1_SUPPORT = 1 << 9;
    public static final int POWER_D2_SUPPORT = 1 << 10;

    /** From the power management capability. */
    public static final int POWER_CONTROL = 4;

    public static final int POWER_STATE_MASK = 3;
    public static final int POWER_NO_SOFT_RESET = 1 << 3;

    /** Cleared by writing 1; a read-modify-write must write 0. */
    public static final int POWER_PME_STATUS = 1 << 15;

    /** From the PCIe capability. */
    public static final int EXPRESS_CAPABILITIES = 2;

    /** From the PCIe capability. */
    public static final int EXPRESS_DEVICE_CAPABILITIES = 4;

    /** From the PCIe capability. */
    public static final int EXPRESS_DEVICE_CONTROL = 8;

    /** In the device control register of an endpoint: starts a function-level reset. */
    public static final int EXPRESS_RESET = 1 << 15;

    /** From the PCIe capability. */
    public static final int EXPRESS_LINK_CAPABILITIES = 0x0c;

    /** From the PCIe capability. */
    public static final int EXPRESS_LINK_CONTROL = 0x10;

    /** From the PCIe capability. */
    public static final int EXPRESS_LINK_STATUS = 0x12;

    /** From the PCIe capability, version 2. */
    public static final int EXPRESS_DEVICE_CONTROL_2 = 0x28;

    /** From the PCIe capability, version 2. */
    public static final int EXPRESS_LINK_CONTROL_2 = 0x30;

    /** From the vital product data capability. */
    public static final int VPD_ADDRESS = 2;

    /** Written as 0 to start reading; 1 says that the data is there. */
    public static final int VPD_DONE = 1 << 15;

    /** From the vital product data capability. */
    public static final int VPD_DATA = 4;

    private PciRegisters() {}
}
