// SPDX-License-Identifier: Apache-2.0
package io.jvfio.pci.config;

/** Puts config space together. */
final class ImageBuilder {
    final byte[] bytes;

    ImageBuilder(int size) {
        bytes = new byte[size];
    }

    /** A function with 4096 bytes and a PCIe capability at 0x40 that says that it is an endpoint with so many lanes. */
    static ImageBuilder express(int lanes) {
        return new ImageBuilder(4096)
                .list(0x40)
                .put(0x40, 2, 0x10)
                .put(0x42, 2, 2)
                .put(0x4c, 4, lanes << 4 | 1);
    }

    ImageBuilder put(int offset, int width, long value) {
        for (int i = 0; i < width; i++) {
            bytes[offset + i] = (byte) (value >>> 8 * i);
        }
        return this;
    }

    /** Bytes in hexadecimal, with blanks between. */
    ImageBuilder hex(int offset, String text) {
        String digits = text.replace(" ", "");
        for (int i = 0; 2 * i < digits.length(); i++) {
            bytes[offset + i] = (byte) Integer.parseInt(digits.substring(2 * i, 2 * i + 2), 16);
        }
        return this;
    }

    /** Says that there are capabilities, and where the first is. */
    ImageBuilder list(int first) {
        return put(0x06, 2, 0x10).put(0x34, 1, first);
    }

    ConfigImage image() {
        return ConfigImage.of(bytes);
    }

    ConfigContents decode() {
        return ConfigContents.of(image());
    }
}
