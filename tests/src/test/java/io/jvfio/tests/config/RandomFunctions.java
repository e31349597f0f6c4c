// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.config;

import java.util.Locale;
import java.util.Random;

/**
 * Functions that no machine has: each with one capability of random bits, as the text of a dump. What makes a list or a
 * table long is kept in bounds, so that the rest is not beyond what a function has.
 */
final class RandomFunctions {
    private static final int STANDARD_PLACE = 0x80;
    private static final int EXTENDED_PLACE = 0x100;
    private static final int EXPRESS_PLACE = 0x40;
    private static final int[] TYPES = {0, 1, 4, 5, 6, 7, 9, 10};
    private static final int[] STANDARD = {0x01, 0x02, 0x04, 0x05, 0x07, 0x08, 0x0a, 0x0d, 0x10, 0x11, 0x12, 0x13};
    private static final int[] EXTENDED = {
        0x01, 0x02, 0x03, 0x05, 0x07, 0x09, 0x0b, 0x0d, 0x0e, 0x0f, 0x10, 0x12, 0x13, 0x15, 0x17, 0x18, 0x19, 0x1b,
        0x1d, 0x1e, 0x1f, 0x23, 0x24, 0x26, 0x27, 0x2a, 0x2e, 0x2f, 0x30, 0x31
    };

    /** Without the device's own: on reserved values of its ranges lspci 3.13 crashes. */
    private static final int[] CXL = {2, 3, 4, 5, 7, 8, 9};

    private final Random random;
    private final StringBuilder text = new StringBuilder();
    private int functions;

    RandomFunctions(long seed) {
        random = new Random(seed);
    }

    /** So many functions for each kind of capability. */
    String dump(int each) {
        for (int round = 0; round < each; round++) {
            for (int id : STANDARD) {
                standard(id);
            }
            for (int id : EXTENDED) {
                extended(id);
            }
        }
        return text.toString();
    }

    int functions() {
        return functions;
    }

    private void standard(int id) {
        byte[] bytes = function(id == 0x07 ? random.nextInt(2) : 0, 256);
        bytes[0x34] = (byte) STANDARD_PLACE;
        random(bytes, STANDARD_PLACE, 0x40);
        bytes[STANDARD_PLACE] = (byte) id;
        bytes[STANDARD_PLACE + 1] = 0;
        if (id == 0x10) {
            put(bytes, STANDARD_PLACE + 2, 2, express());
        }
        print(bytes);
    }

    private void extended(int id) {
        byte[] bytes = function(0, 4096);
        bytes[0x34] = EXPRESS_PLACE;
        random(bytes, EXPRESS_PLACE, 0x3c);
        put(bytes, EXPRESS_PLACE, 2, 0x10);
        put(bytes, EXPRESS_PLACE + 2, 2, express());
        random(bytes, EXTENDED_PLACE, 0x700);
        put(bytes, EXTENDED_PLACE, 4, id | (1 + random.nextInt(2)) << 16);
        switch (id) {
            case 0x23 -> {
                put(bytes, EXTENDED_PLACE + 4, 4, 0x1e98 | 1 + random.nextInt(2) << 16 | 0x3c << 20);
                put(bytes, EXTENDED_PLACE + 8, 2, CXL[random.nextInt(CXL.length)]);
            }
            case 0x0b -> put(bytes, EXTENDED_PLACE + 4, 4, random.nextInt(1 << 20) | 0x40 << 20);
            case 0x05 -> bytes[EXTENDED_PLACE + 5] = (byte) (1 + random.nextInt(4));
            case 0x30 -> bytes[EXTENDED_PLACE + 6] = (byte) random.nextInt(3);
            case 0x15, 0x24 -> bytes[EXTENDED_PLACE + 8] = (byte) (bytes[EXTENDED_PLACE + 8] & 0x1f | 2 << 5);
            default -> {}
        }
        print(bytes);
    }

    /** Version 2 of a type that there is. */
    private int express() {
        return 2 | TYPES[random.nextInt(TYPES.length)] << 4 | random.nextInt(0x40) << 8;
    }

    private byte[] function(int layout, int size) {
        byte[] bytes = new byte[size];
        random(bytes, 0, 0x10);
        put(bytes, 0, 4, 0x11e81234);
        bytes[6] = (byte) (bytes[6] | 0x10);
        bytes[0x0e] = (byte) layout;
        put(bytes, 0x10, 4, 0xfe000000);
        return bytes;
    }

    private void random(byte[] bytes, int start, int length) {
        for (int offset = start; offset < start + length; offset++) {
            bytes[offset] = (byte) random.nextInt(256);
        }
    }

    private static void put(byte[] bytes, int offset, int width, int value) {
        for (int i = 0; i < width; i++) {
            bytes[offset + i] = (byte) (value >>> Byte.SIZE * i);
        }
    }

    private void print(byte[] bytes) {
        int number = functions++;
        text.append(String.format(Locale.ROOT, "%02x:%02x.%d Made up%n", number >> 8, number >> 3 & 0x1f, number & 7));
        for (int start = 0; start < bytes.length; start += 16) {
            text.append(String.format(Locale.ROOT, "%02x:", start));
            for (int offset = start; offset < start + 16; offset++) {
                text.append(String.format(Locale.ROOT, " %02x", bytes[offset]));
            }
            text.append('\n');
        }
        text.append('\n');
    }
}
