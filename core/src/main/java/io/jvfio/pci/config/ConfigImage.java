// SPDX-License-Identifier: Apache-2.0
package io.jvfio.pci.config;

import io.jvfio.Hex;
import java.util.BitSet;

/**
 * A copy of config space, or of parts of it.
 *
 * <p>Threads: immutable.
 */
public final class ConfigImage implements ConfigView {
    private final byte[] bytes;
    private final BitSet known;

    private ConfigImage(byte[] bytes, BitSet known) {
        this.bytes = bytes;
        this.known = known;
    }

    /**
     * Bytes from the start of config space, all of them known.
     *
     * @param bytes copied
     * @throws IllegalArgumentException if there are more than 4096
     */
    public static ConfigImage of(byte[] bytes) {
        BitSet known = new BitSet();
        known.set(0, bytes.length);
        return of(bytes, known);
    }

    /**
     * Bytes from the start of config space.
     *
     * @param bytes copied
     * @param known which of them mean something; copied
     * @throws IllegalArgumentException if there are more than 4096
     */
    static ConfigImage of(byte[] bytes, BitSet known) {
        if (bytes.length > PciRegisters.EXTENDED_SIZE) {
            throw new IllegalArgumentException(Hex.of(bytes.length) + " bytes are more than config space has ("
                    + Hex.of(PciRegisters.EXTENDED_SIZE) + ")");
        }
        return new ConfigImage(bytes.clone(), (BitSet) known.clone());
    }

    /**
     * A copy of all that is known of config space. On a live device that reads every register once, in accesses of four
     * bytes; a device can do something when an undefined one is read.
     */
    public static ConfigImage copy(ConfigView view) {
        int size = Math.min(view.size(), PciRegisters.EXTENDED_SIZE);
        byte[] bytes = new byte[size];
        BitSet known = new BitSet();
        for (int offset = 0; offset < size; offset++) {
            if (offset % Integer.BYTES == 0 && view.known(offset, Integer.BYTES)) {
                int value = view.read32(offset);
                for (int i = 0; i < Integer.BYTES; i++) {
                    bytes[offset + i] = (byte) (value >>> Byte.SIZE * i);
                }
                known.set(offset, offset + Integer.BYTES);
            } else if (!known.get(offset) && view.known(offset, 1)) {
                bytes[offset] = (byte) view.read8(offset);
                known.set(offset);
            }
        }
        return new ConfigImage(bytes, known);
    }

    @Override
    public int size() {
        return bytes.length;
    }

    @Override
    public boolean known(int offset, int width) {
        return offset >= 0 && offset <= bytes.length - width && known.nextClearBit(offset) >= offset + width;
    }

    @Override
    public int read8(int offset) {
        return bytes[check(offset, 1)] & 0xff;
    }

    @Override
    public int read16(int offset) {
        check(offset, Short.BYTES);
        return bytes[offset] & 0xff | (bytes[offset + 1] & 0xff) << Byte.SIZE;
    }

    @Override
    public int read32(int offset) {
        check(offset, Integer.BYTES);
        return read16(offset) | read16(offset + Short.BYTES) << Short.SIZE;
    }

    /** {@code copy of config space, 0x100 bytes}. */
    @Override
    public String toString() {
        return "copy of config space, " + Hex.of(bytes.length) + " bytes";
    }

    private int check(int offset, int width) {
        if (!known(offset, width)) {
            throw new IndexOutOfBoundsException(
                    width + " bytes at offset " + Hex.of(offset) + " are not known in a " + this);
        }
        return offset;
    }
}
