// SPDX-License-Identifier: Apache-2.0
package io.jvfio.platform.zpci.spec;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import io.jvfio.device.InfoCapability;
import io.jvfio.device.VfioPci;
import io.jvfio.internal.uapi.VfioDeviceInfoCapZpciUtil;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;

/**
 * UTIL, a string that firmware says of a function, in EBCDIC ({@code struct vfio_device_info_cap_zpci_util}). Two are equal
 * if their bytes are.
 *
 * <p>Threads: immutable.
 */
public final class UtilityString {
    /** The id of the capability. */
    public static final int ID = VfioPci.VFIO_DEVICE_INFO_CAP_ZPCI_UTIL;

    /** How many bytes Linux up to 7.3 has of it. */
    public static final int LENGTH = 64;

    private static final int FIXED = 12;
    private static final CapabilityBytes BYTES = new CapabilityBytes("UTIL", ID, FIXED);

    private final byte[] ebcdic;

    private UtilityString(byte[] ebcdic) {
        this.ebcdic = ebcdic;
    }

    /** The string of these bytes, which are copied. */
    public static UtilityString of(byte[] ebcdic) {
        return new UtilityString(ebcdic.clone());
    }

    /**
     * The string of this text, padded with blanks to {@link #LENGTH}.
     *
     * @throws IllegalArgumentException if it is longer, or not of printable ASCII characters
     */
    public static UtilityString of(String text) {
        byte[] bytes = Ebcdic.bytes(text);
        if (bytes.length > LENGTH) {
            throw new IllegalArgumentException(bytes.length + " characters are more than " + LENGTH);
        }
        byte[] padded = Arrays.copyOf(bytes, LENGTH);
        Arrays.fill(padded, bytes.length, LENGTH, Ebcdic.BLANK);
        return new UtilityString(padded);
    }

    /**
     * Reads it as a device of this machine shows it.
     *
     * @throws MalformedZpciException if it is another capability, or shorter than it says
     */
    public static UtilityString parse(InfoCapability capability) {
        return parse(BYTES.of(capability), ByteOrder.nativeOrder());
    }

    /**
     * Reads the bytes of the capability, from the header on.
     *
     * @param order the byte order of the machine that wrote them
     * @throws MalformedZpciException if it is another capability, or shorter than it says
     */
    public static UtilityString parse(MemorySegment bytes, ByteOrder order) {
        return parse(BYTES.of(bytes, order), order);
    }

    private static UtilityString parse(CapabilityBytes.Versioned found, ByteOrder order) {
        return new UtilityString(BYTES.tail(found.bytes(), bytes -> VfioDeviceInfoCapZpciUtil.utilStr(bytes, order)));
    }

    /** A copy of the bytes, in EBCDIC. */
    public byte[] ebcdic() {
        return ebcdic.clone();
    }

    /** Whether firmware says nothing: zeroes and blanks. */
    public boolean isBlank() {
        return length() == 0;
    }

    private int length() {
        int length = ebcdic.length;
        while (length > 0 && (ebcdic[length - 1] == 0 || ebcdic[length - 1] == Ebcdic.BLANK)) {
            length--;
        }
        return length;
    }

    /** The text without the padding; empty if it has other characters than the printable ones of ASCII. */
    public Optional<String> text() {
        return Ebcdic.text(ebcdic, length());
    }

    /**
     * The bytes of the capability.
     *
     * @param order the byte order of the machine that is to read them
     */
    public byte[] bytes(ByteOrder order) {
        MemorySegment bytes = MemorySegment.ofArray(new byte[FIXED + ebcdic.length]);
        VfioDeviceInfoCapZpciUtil.STRUCT.fill(
                bytes, new VfioDeviceInfoCapZpciUtil(BYTES.header(1), ebcdic.length), order);
        MemorySegment.copy(ebcdic, 0, bytes, JAVA_BYTE, FIXED, ebcdic.length);
        return bytes.toArray(JAVA_BYTE);
    }

    /** The capability as a device of this machine shows it. */
    public InfoCapability capability() {
        return BYTES.capability(1, bytes(ByteOrder.nativeOrder()));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof UtilityString that && Arrays.equals(ebcdic, that.ebcdic);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(ebcdic);
    }

    /** The text, or the bytes in hex if it has none. */
    @Override
    public String toString() {
        return text().orElseGet(() -> HexFormat.of().formatHex(ebcdic));
    }
}
