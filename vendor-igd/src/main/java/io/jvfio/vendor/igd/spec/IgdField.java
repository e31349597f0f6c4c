// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vendor.igd.spec;

/**
 * A number in a structure: some bits of some bytes, and since which version of the structure they mean that. Reads and
 * writes.
 *
 * <p>Threads: immutable.
 *
 * @param name what it is called, lower camel case
 * @param offset bytes from the start of the structure
 * @param width bytes, 1 to 8
 * @param shift the lowest of its bits
 * @param bits how many bits it has, 1 to 64
 * @param since the first version of the structure that has it
 */
public record IgdField(String name, int offset, int width, int shift, int bits, int since) {
    /** Checks that the bits are inside the bytes. */
    public IgdField {
        if (offset < 0
                || width < 1
                || width > Long.BYTES
                || shift < 0
                || bits < 1
                || shift + bits > width * Byte.SIZE) {
            throw new IllegalArgumentException("no field: " + bits + " bits from " + shift + " in " + width + " bytes");
        }
    }

    /** So many whole bytes. */
    public static IgdField of(String name, int offset, int width) {
        return new IgdField(name, offset, width, 0, width * Byte.SIZE, 0);
    }

    /** Some bits of these. */
    public IgdField part(int low, int count) {
        return new IgdField(name, offset, width, low, count, since);
    }

    /** Known only since a version. */
    public IgdField since(int version) {
        return new IgdField(name, offset, width, shift, bits, version);
    }

    /**
     * Reads it.
     *
     * @return the number; negative only if it has 64 bits
     * @throws MalformedIgdException if it is not inside the structure
     */
    public long of(Blob structure) {
        return structure.number(offset, width) >>> shift & mask();
    }

    /**
     * Writes it and leaves the bits beside it alone.
     *
     * @param structure the bytes that hold the structure
     * @param base where in them it starts
     * @throws IllegalArgumentException if the value has more bits
     * @throws IndexOutOfBoundsException if the field is not inside
     */
    public void put(byte[] structure, int base, long value) {
        if ((value & ~mask()) != 0) {
            throw new IllegalArgumentException(name + " has " + bits + " bits, too few for " + value);
        }
        for (int bit = shift / Byte.SIZE; bit * Byte.SIZE < shift + bits; bit++) {
            int low = bit * Byte.SIZE;
            int old = structure[base + offset + bit] & 0xff;
            int taken = (int) (shifted(mask(), low) & 0xff);
            structure[base + offset + bit] = (byte) (old & ~taken | (int) shifted(value, low) & taken);
        }
    }

    private long shifted(long value, int low) {
        return shift >= low ? value << shift - low : value >>> low - shift;
    }

    private long mask() {
        return bits == Long.SIZE ? -1 : (1L << bits) - 1;
    }
}
