// SPDX-License-Identifier: Apache-2.0
package io.jvfio.platform.zpci.spec;

import io.jvfio.device.InfoCapability;
import io.jvfio.device.VfioPci;
import io.jvfio.internal.uapi.VfioDeviceInfoCapZpciGroup;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;

/**
 * GROUP, what the functions of one group have in common ({@code struct vfio_device_info_cap_zpci_group}).
 *
 * <p>Threads: immutable.
 *
 * @param version of the capability, 1 or 2; what it does not have is 0
 * @param dasm the DMA address space mask: which bits of an address the group translates; 0 if it does not say
 * @param msiAddress where the functions write to interrupt
 * @param flags {@link #REFRESH}; Linux up to 7.3 always says so
 * @param mui how often the measurement block is updated, in milliseconds, 0 to 0xffff
 * @param noi the most MSI or MSI-X vectors that a function has, 0 to 0xffff
 * @param maxstbl the longest block that can be stored through the kernel, in bytes, 0 to 0xffff; Linux up to 7.3 always
 *     says 128
 * @param pciVersion the version of the group, a class of speed, 0 to 0xff
 * @param imaxstbl the longest block that the machine itself stores, in bytes, since version 2, 0 to 0xffff
 */
public record GroupCapability(
        int version,
        long dasm,
        long msiAddress,
        long flags,
        int mui,
        int noi,
        int maxstbl,
        int pciVersion,
        int imaxstbl) {
    /** Its id. */
    public static final int ID = VfioPci.VFIO_DEVICE_INFO_CAP_ZPCI_GROUP;

    /** A flag: translations must be refreshed by the program after each change. */
    public static final long REFRESH = VfioDeviceInfoCapZpciGroup.VFIO_DEVICE_INFO_ZPCI_FLAG_REFRESH;

    private static final CapabilityBytes BYTES = new CapabilityBytes("GROUP", ID, 40, 48);

    /** Checks the version. */
    public GroupCapability {
        BYTES.require(version);
    }

    /**
     * Reads it as a device of this machine shows it.
     *
     * @throws MalformedZpciException if it is another capability, or too short
     */
    public static GroupCapability parse(InfoCapability capability) {
        return parse(BYTES.of(capability), ByteOrder.nativeOrder());
    }

    /**
     * Reads its bytes, from the header on.
     *
     * @param order the byte order of the machine that wrote them
     * @throws MalformedZpciException if it is another capability, or too short
     */
    public static GroupCapability parse(MemorySegment bytes, ByteOrder order) {
        return parse(BYTES.of(bytes, order), order);
    }

    private static GroupCapability parse(CapabilityBytes.Versioned found, ByteOrder order) {
        VfioDeviceInfoCapZpciGroup group = BYTES.read(found, VfioDeviceInfoCapZpciGroup.STRUCT, order);
        return new GroupCapability(
                found.version(),
                group.dasm(),
                group.msiAddr(),
                group.flags(),
                group.mui(),
                group.noi(),
                group.maxstbl(),
                group.version(),
                group.imaxstbl());
    }

    /**
     * Its bytes, as many as its version has.
     *
     * @param order the byte order of the machine that is to read them
     * @throws IllegalArgumentException if a number does not fit
     */
    public byte[] bytes(ByteOrder order) {
        return BYTES.write(
                version,
                VfioDeviceInfoCapZpciGroup.STRUCT,
                new VfioDeviceInfoCapZpciGroup(
                        BYTES.header(version), dasm, msiAddress, flags, mui, noi, maxstbl, pciVersion, imaxstbl),
                order);
    }

    /** The capability as a device of this machine shows it. */
    public InfoCapability capability() {
        return BYTES.capability(version, bytes(ByteOrder.nativeOrder()));
    }
}
