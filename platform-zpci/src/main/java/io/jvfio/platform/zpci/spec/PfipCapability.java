// SPDX-License-Identifier: Apache-2.0
package io.jvfio.platform.zpci.spec;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import io.jvfio.Hex;
import io.jvfio.device.InfoCapability;
import io.jvfio.device.VfioPci;
import io.jvfio.internal.uapi.VfioDeviceInfoCapZpciPfip;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * PFIP, the internal path to a function ({@code struct vfio_device_info_cap_zpci_pfip}).
 *
 * <p>Threads: immutable.
 *
 * @param segments the segments of the path, each 0 to 0xff; Linux up to 7.3 shows four
 */
public record PfipCapability(List<Integer> segments) {
    /** Its id. */
    public static final int ID = VfioPci.VFIO_DEVICE_INFO_CAP_ZPCI_PFIP;

    private static final int FIXED = 12;
    private static final CapabilityBytes BYTES = new CapabilityBytes("PFIP", ID, FIXED);

    /** Copies the list and checks the segments. */
    public PfipCapability {
        segments = List.copyOf(segments);
        for (int segment : segments) {
            if (segment < 0 || segment > 0xff) {
                throw new IllegalArgumentException("segment " + segment + " is not in 0..0xff");
            }
        }
    }

    /**
     * Reads it as a device of this machine shows it.
     *
     * @throws MalformedZpciException if it is another capability, or shorter than it says
     */
    public static PfipCapability parse(InfoCapability capability) {
        return parse(BYTES.of(capability), ByteOrder.nativeOrder());
    }

    /**
     * Reads its bytes, from the header on.
     *
     * @param order the byte order of the machine that wrote them
     * @throws MalformedZpciException if it is another capability, or shorter than it says
     */
    public static PfipCapability parse(MemorySegment bytes, ByteOrder order) {
        return parse(BYTES.of(bytes, order), order);
    }

    private static PfipCapability parse(CapabilityBytes.Versioned found, ByteOrder order) {
        List<Integer> segments = new ArrayList<>();
        for (byte each : BYTES.tail(found.bytes(), bytes -> VfioDeviceInfoCapZpciPfip.pfip(bytes, order))) {
            segments.add(Byte.toUnsignedInt(each));
        }
        return new PfipCapability(segments);
    }

    /**
     * Its bytes.
     *
     * @param order the byte order of the machine that is to read them
     */
    public byte[] bytes(ByteOrder order) {
        MemorySegment bytes = MemorySegment.ofArray(new byte[FIXED + segments.size()]);
        VfioDeviceInfoCapZpciPfip.STRUCT.fill(
                bytes, new VfioDeviceInfoCapZpciPfip(BYTES.header(1), segments.size()), order);
        for (int i = 0; i < segments.size(); i++) {
            bytes.set(JAVA_BYTE, FIXED + i, segments.get(i).byteValue());
        }
        return bytes.toArray(JAVA_BYTE);
    }

    /** The capability as a device of this machine shows it. */
    public InfoCapability capability() {
        return BYTES.capability(1, bytes(ByteOrder.nativeOrder()));
    }

    /** {@code 00.01.00.00}. */
    @Override
    public String toString() {
        return segments.stream().map(each -> Hex.digits(each, 2)).collect(Collectors.joining("."));
    }
}
