// SPDX-License-Identifier: Apache-2.0
package io.jvfio.pci.config;

import static io.jvfio.pci.config.RegisterField.ro;
import static io.jvfio.pci.config.RegisterField.rw;

import io.jvfio.Hex;
import java.util.List;

/**
 * What vendors put in: the standard capability, of which virtio's is taken apart, and the two extended ones, of which
 * CXL's is. The rest is shown raw, as long as it says that it is.
 *
 * <p>Sources: PCIe 6.0, 7.9.4 to 7.9.6; Virtual I/O Device 1.3, 4.1.4.
 */
final class VendorTables {
    private static final int VIRTIO_VENDOR = 0x1af4;
    private static final int VIRTIO_NOTIFY = 2;
    private static final int VIRTIO_CONFIG_ACCESS = 5;
    private static final int VIRTIO_SHARED_MEMORY = 8;

    private static final RegisterField LENGTH = ro("Length", 7, 0);
    private static final Register STANDARD_LENGTH = Register.of8("VendorLength", 2, LENGTH);

    private static final Register VIRTIO_TYPE = Register.of8(
            "VirtioType",
            3,
            ro(
                    "Type",
                    7,
                    0,
                    Wording.choice(
                            "",
                            "CommonCfg",
                            "Notify",
                            "ISR",
                            "DeviceCfg",
                            "PCICfg",
                            "",
                            "",
                            "SharedMemory",
                            "VendorData")));

    private static final Wording LONG = Wording.hex(8);
    private static final Register[] VIRTIO = {
        Register.of8("VirtioBAR", 4, rw("BAR", 7, 0)),
        Register.of8("VirtioID", 5, ro("ID", 7, 0)),
        Register.of32("VirtioOffset", 8, rw("Offset", 31, 0, LONG)),
        Register.of32("VirtioSize", 12, rw("Size", 31, 0, LONG)),
    };

    private static final Register NOTIFY = Register.of32("VirtioNotify", 16, ro("Multiplier", 31, 0, LONG));
    private static final Register ACCESS = Register.of32("VirtioData", 16, rw("Data", 31, 0, LONG));
    private static final Register[] SHARED_MEMORY = {
        Register.of32("VirtioOffsetUpper", 16, ro("Offset", 31, 0, LONG)),
        Register.of32("VirtioSizeUpper", 20, ro("Size", 31, 0, LONG)),
    };

    private static final RegisterField EXTENDED_LENGTH = ro("Length", 31, 20, Wording.HEX);
    private static final Register VSEC =
            Register.of32("VSECHeader", 4, ro("ID", 15, 0, Wording.hex(4)), ro("Rev", 19, 16), EXTENDED_LENGTH);

    private static final RegisterField DVSEC_VENDOR = ro("Vendor", 15, 0, Wording.hex(4));
    private static final RegisterField DVSEC_REVISION = ro("Rev", 19, 16);
    private static final Register DVSEC_HEADER =
            Register.of32("DVSECHeader1", 4, DVSEC_VENDOR, DVSEC_REVISION, EXTENDED_LENGTH);
    private static final RegisterField DVSEC_ID = ro("ID", 15, 0, Wording.hex(4));
    private static final Register DVSEC_HEADER2 = Register.of16("DVSECHeader2", 8, DVSEC_ID);

    private static final int EXTENDED_START = 8;
    private static final int DVSEC_START = 10;

    static final CapabilityLayout STANDARD = new CapabilityLayout("Vendor", "Vendor-Specific", VendorTables::standard);
    static final CapabilityLayout EXTENDED =
            new CapabilityLayout("VSEC", "Vendor-Specific Information", VendorTables::extended);
    static final CapabilityLayout DESIGNATED =
            new CapabilityLayout("DVSEC", "Designated Vendor-Specific", VendorTables::designated);

    private VendorTables() {}

    private static void standard(Decoding at) {
        int length = (int) LENGTH.of(at.add(STANDARD_LENGTH));
        if (at.function().vendor() != VIRTIO_VENDOR) {
            at.addRaw(3, length);
            return;
        }
        int type = (int) at.add(VIRTIO_TYPE);
        at.addAll(VIRTIO);
        switch (type) {
            case VIRTIO_NOTIFY -> at.add(NOTIFY);
            case VIRTIO_CONFIG_ACCESS -> at.add(ACCESS);
            case VIRTIO_SHARED_MEMORY -> at.addAll(SHARED_MEMORY);
            default -> at.addRaw(16, length);
        }
    }

    private static void extended(Decoding at) {
        int length = (int) EXTENDED_LENGTH.of(at.add(VSEC));
        plausible(at, length, EXTENDED_START);
        at.addRaw(EXTENDED_START, length);
    }

    private static void designated(Decoding at) {
        long header = at.add(DVSEC_HEADER);
        int id = (int) DVSEC_ID.of(at.add(DVSEC_HEADER2));
        int length = (int) EXTENDED_LENGTH.of(header);
        plausible(at, length, DVSEC_START);
        int revision = (int) DVSEC_REVISION.of(header);
        List<Register> known =
                DVSEC_VENDOR.of(header) == CxlTables.VENDOR ? CxlTables.registers(id, revision, length) : List.of();
        if (known.isEmpty()) {
            at.addRaw(DVSEC_START, length);
            return;
        }
        for (Register register : known) {
            if (register.offset() + register.width() <= length) {
                at.add(register);
            }
        }
        at.claim(length);
    }

    private static void plausible(Decoding at, int length, int start) {
        if (!at.ended() && length < start) {
            at.report(
                    ConfigFinding.Kind.IMPLAUSIBLE,
                    "it claims " + Hex.of(length) + " bytes, fewer than its headers have");
        }
    }
}
