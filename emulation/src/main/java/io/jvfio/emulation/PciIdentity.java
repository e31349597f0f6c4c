// SPDX-License-Identifier: Apache-2.0
package io.jvfio.emulation;

import io.jvfio.Hex;

/**
 * What a function says it is.
 *
 * <p>Threads: immutable.
 *
 * @param vendor vendor id, 0 to 0xffff
 * @param device device id, 0 to 0xffff
 * @param subsystemVendor subsystem vendor id, 0 to 0xffff
 * @param subsystem subsystem id, 0 to 0xffff
 * @param classCode base class, subclass and programming interface, 0 to 0xffffff
 * @param revision 0 to 0xff
 * @param express whether it is a PCIe function: 4096 bytes of config space, a PCIe capability and FLR; else a conventional
 *     one with 256 bytes
 */
public record PciIdentity(
        int vendor, int device, int subsystemVendor, int subsystem, int classCode, int revision, boolean express) {

    /** Checks the numbers. */
    public PciIdentity {
        check("vendor id", vendor, 0xffff);
        check("device id", device, 0xffff);
        check("subsystem vendor id", subsystemVendor, 0xffff);
        check("subsystem id", subsystem, 0xffff);
        check("class code", classCode, 0xff_ffff);
        check("revision", revision, 0xff);
    }

    /** A conventional function of no particular class. */
    public static PciIdentity of(int vendor, int device) {
        return new PciIdentity(vendor, device, 0, 0, 0xff_0000, 0, false);
    }

    /** The same with a subsystem. */
    public PciIdentity withSubsystem(int vendorId, int id) {
        return new PciIdentity(vendor, device, vendorId, id, classCode, revision, express);
    }

    /** The same of this class, for example 0x010802 for NVMe. */
    public PciIdentity withClass(int code) {
        return new PciIdentity(vendor, device, subsystemVendor, subsystem, code, revision, express);
    }

    /** The same in this revision. */
    public PciIdentity withRevision(int number) {
        return new PciIdentity(vendor, device, subsystemVendor, subsystem, classCode, number, express);
    }

    /** The same as a PCIe function. */
    public PciIdentity withExpress() {
        return new PciIdentity(vendor, device, subsystemVendor, subsystem, classCode, revision, true);
    }

    private static void check(String what, int value, int most) {
        if (value < 0 || value > most) {
            throw new IllegalArgumentException(what + " " + Hex.of(value) + " is not in 0.." + Hex.of(most));
        }
    }
}
