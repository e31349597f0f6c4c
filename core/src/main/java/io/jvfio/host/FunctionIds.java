// SPDX-License-Identifier: Apache-2.0
package io.jvfio.host;

/**
 * What a PCI function is, by its numbers. A number that could not be read is {@link #UNKNOWN}.
 *
 * <p>Threads: immutable.
 *
 * @param vendor the vendor's id, 0 to 0xffff
 * @param device the device id that the vendor gave, 0 to 0xffff
 * @param subsystemVendor the subsystem vendor's id, 0 to 0xffff; 0 where there is none
 * @param subsystem the subsystem's id, 0 to 0xffff; 0 where there is none
 * @param classCode base class, sub-class and programming interface in 24 bits: 0x010802 for NVMe
 * @param revision the revision, 0 to 0xff
 */
public record FunctionIds(int vendor, int device, int subsystemVendor, int subsystem, int classCode, int revision) {

    /** In place of a number that could not be read. */
    public static final int UNKNOWN = -1;

    /** Nothing could be read. */
    static final FunctionIds NONE = new FunctionIds(UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN);

    private static final int PCI_BRIDGE = 0x0604;
    private static final int CARDBUS_BRIDGE = 0x0607;

    /** Whether it is a bridge to another PCI bus: such functions are no endpoints and VFIO does not take them. */
    public boolean isPciBridge() {
        int subclass = classCode >> 8;
        return subclass == PCI_BRIDGE || subclass == CARDBUS_BRIDGE;
    }
}
