// SPDX-License-Identifier: Apache-2.0
package io.jvfio.pci.config;

/**
 * Config space that can be read: a live device's or a copy of one. A copy can be partial: without privilege sysfs shows
 * the first 64 bytes, and {@code lspci -x} prints no more.
 *
 * <p>Threads: as its implementation.
 */
public interface ConfigView {

    /** Bytes of it: 64, 256 or 4096, or what there is of them. */
    int size();

    /**
     * Whether bytes can be read. What cannot be read is not zero: nobody knows it.
     *
     * @param offset bytes from the start, any number
     * @param width how many bytes, 1 or more
     */
    default boolean known(int offset, int width) {
        return offset >= 0 && offset <= size() - width;
    }

    /**
     * Reads one byte: 0 to 0xff.
     *
     * @throws IndexOutOfBoundsException if it is not known
     */
    int read8(int offset);

    /**
     * Reads two bytes as a little-endian number: 0 to 0xffff.
     *
     * @throws IndexOutOfBoundsException if they are not known
     */
    int read16(int offset);

    /**
     * Reads four bytes as a little-endian number.
     *
     * @throws IndexOutOfBoundsException if they are not known
     */
    int read32(int offset);
}
