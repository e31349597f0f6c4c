// SPDX-License-Identifier: Apache-2.0
package io.jvfio.platform.zpci.spec;

import io.jvfio.Hex;
import io.jvfio.device.InfoCapability;
import io.jvfio.device.VfioPci;
import io.jvfio.internal.uapi.VfioDeviceInfoCapZpciBase;
import io.jvfio.iommu.IovaRange;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;

/**
 * BASE, what every zPCI function has ({@code struct vfio_device_info_cap_zpci_base}).
 *
 * <p>Threads: immutable.
 *
 * @param version of the capability, 1 to 3; what it does not have is 0
 * @param startDma the first address that the function can reach
 * @param endDma the last address that it can reach, not below the first; it shrinks when the kernel makes the tables
 * @param pchid the physical channel id: where the adapter is plugged, 0 to 0xffff
 * @param vfn the number of the virtual function, 0 for a physical one, 0 to 0xffff
 * @param fmbLength bytes of the function measurement block, 0 if there is none, 0 to 0xffff
 * @param pft the type of the function, see {@link FunctionType}, 0 to 0xff
 * @param gid the id of the function's group, 0 to 0xff
 * @param fh the handle by which the machine knows it now, since version 2; it changes with a reset
 * @param ccdfErrLength bytes of an error record, since version 3
 */
public record BaseCapability(
        int version,
        long startDma,
        long endDma,
        int pchid,
        int vfn,
        int fmbLength,
        int pft,
        int gid,
        int fh,
        int ccdfErrLength) {
    /** Its id. */
    public static final int ID = VfioPci.VFIO_DEVICE_INFO_CAP_ZPCI_BASE;

    /** The first version with a handle. */
    public static final int WITH_HANDLE = 2;

    /** The first version with the length of an error record. */
    public static final int WITH_ERRORS = 3;

    private static final CapabilityBytes BYTES = new CapabilityBytes("BASE", ID, 32, 36, 40);
    private static final int ENABLED = 1 << 31;

    /** Checks the version and the order of the addresses. */
    public BaseCapability {
        BYTES.require(version);
        if (Long.compareUnsigned(startDma, endDma) > 0) {
            throw new IllegalArgumentException(
                    "the aperture starts at " + Hex.of(startDma) + " behind its end " + Hex.of(endDma));
        }
    }

    /**
     * Reads it as a device of this machine shows it.
     *
     * @throws MalformedZpciException if it is another capability, too short, or its aperture ends before it starts
     */
    public static BaseCapability parse(InfoCapability capability) {
        return parse(BYTES.of(capability), ByteOrder.nativeOrder());
    }

    /**
     * Reads its bytes, from the header on.
     *
     * @param order the byte order of the machine that wrote them
     * @throws MalformedZpciException if it is another capability, too short, or its aperture ends before it starts
     */
    public static BaseCapability parse(MemorySegment bytes, ByteOrder order) {
        return parse(BYTES.of(bytes, order), order);
    }

    private static BaseCapability parse(CapabilityBytes.Versioned found, ByteOrder order) {
        VfioDeviceInfoCapZpciBase base = BYTES.read(found, VfioDeviceInfoCapZpciBase.STRUCT, order);
        if (Long.compareUnsigned(base.startDma(), base.endDma()) > 0) {
            throw new MalformedZpciException("BASE: the aperture starts at " + Hex.of(base.startDma())
                    + " behind its end " + Hex.of(base.endDma()));
        }
        return new BaseCapability(
                found.version(),
                base.startDma(),
                base.endDma(),
                base.pchid(),
                base.vfn(),
                base.fmbLength(),
                base.pft(),
                base.gid(),
                base.fh(),
                base.ccdfErrLength());
    }

    /** The addresses that the function can reach. */
    public IovaRange aperture() {
        return new IovaRange(startDma, endDma);
    }

    /** Whether the handle is that of an enabled function; never before version 2. */
    public boolean enabled() {
        return (fh & ENABLED) != 0;
    }

    /** The same with another handle. */
    public BaseCapability withHandle(int handle) {
        return new BaseCapability(version, startDma, endDma, pchid, vfn, fmbLength, pft, gid, handle, ccdfErrLength);
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
                VfioDeviceInfoCapZpciBase.STRUCT,
                new VfioDeviceInfoCapZpciBase(
                        BYTES.header(version), startDma, endDma, pchid, vfn, fmbLength, pft, gid, fh, ccdfErrLength),
                order);
    }

    /** The capability as a device of this machine shows it. */
    public InfoCapability capability() {
        return BYTES.capability(version, bytes(ByteOrder.nativeOrder()));
    }
}
