// SPDX-License-Identifier: Apache-2.0
package io.jvfio.emulation;

/**
 * The parts of config space that every model has, and the numbers of VFIO's PCI regions and interrupts.
 *
 * <p>Sources: PCIe 6.0, 7.5.1 (header), 7.5.2 (power management), 7.5.3 (PCIe), 7.7.1 (MSI), 7.7.2 (MSI-X);
 * {@code include/uapi/linux/vfio.h}.
 */
final class Pci {
    static final int BAR_COUNT = 6;
    static final int ROM_REGION = 6;
    static final int CONFIG_REGION = 7;
    static final int REGION_COUNT = 9;

    static final int INTX = 0;
    static final int MSI = 1;
    static final int MSIX = 2;
    static final int ERR = 3;
    static final int REQ = 4;
    static final int IRQ_COUNT = 5;

    static final int FLAGS_RESET = 1;
    static final int FLAGS_PCI = 2;

    static final int REGION_READ = 1;
    static final int REGION_WRITE = 2;
    static final int REGION_MMAP = 4;

    static final int IRQ_EVENTFD = 1;
    static final int IRQ_MASKABLE = 2;
    static final int IRQ_AUTOMASKED = 4;

    static final int CONVENTIONAL_SIZE = 0x100;
    static final int EXPRESS_SIZE = 0x1000;

    static final int VENDOR_ID = 0x00;
    static final int DEVICE_ID = 0x02;
    static final int COMMAND = 0x04;
    static final int STATUS = 0x06;
    static final int REVISION = 0x08;
    static final int CLASS_CODE = 0x09;
    static final int CACHE_LINE_SIZE = 0x0c;
    static final int LATENCY_TIMER = 0x0d;
    static final int BAR0 = 0x10;
    static final int SUBSYSTEM_VENDOR = 0x2c;
    static final int SUBSYSTEM = 0x2e;
    static final int ROM_ADDRESS = 0x30;
    static final int INTERRUPT_LINE = 0x3c;
    static final int INTERRUPT_PIN = 0x3d;

    static final int COMMAND_IO = 1;
    static final int COMMAND_MEMORY = 1 << 1;
    static final int COMMAND_MASTER = 1 << 2;
    static final int COMMAND_PARITY = 1 << 6;
    static final int COMMAND_SERR = 1 << 8;
    static final int COMMAND_INTX_DISABLE = 1 << 10;

    static final int STATUS_INTERRUPT = 1 << 3;

    /** Master data parity error, and bits 15 to 11: target, received and master aborts, system and parity errors. */
    static final int STATUS_ERRORS = 0xf900;

    static final int BAR_IO = 1;
    static final int BAR_64 = 4;
    static final int BAR_PREFETCHABLE = 8;

    static final int CAP_POWER = 0x01;
    static final int POWER_LENGTH = 8;
    static final int POWER_CAPABILITIES = 2;
    static final int POWER_VERSION_3 = 3;
    static final int POWER_CONTROL = 4;
    static final int POWER_STATE = 3;
    static final int POWER_NO_SOFT_RESET = 1 << 3;

    static final int CAP_MSI = 0x05;
    static final int MESSAGE_CONTROL = 2;
    static final int MSI_ENABLE = 1;
    static final int MSI_MULTIPLE_ENABLE = 7 << 4;
    static final int MSI_64 = 1 << 7;
    static final int MSI_MASKABLE = 1 << 8;

    static final int CAP_MSIX = 0x11;
    static final int MSIX_LENGTH = 12;
    static final int MSIX_ENABLE = 1 << 15;
    static final int MSIX_FUNCTION_MASK = 1 << 14;
    static final int MSIX_TABLE = 4;
    static final int MSIX_PENDING = 8;

    static final int CAP_EXPRESS = 0x10;
    static final int EXPRESS_LENGTH = 0x3c;

    private Pci() {}
}
