// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vendor.igd.spec;

/**
 * GGC, the control register of graphics memory: how much of the host's memory the graphics took.
 *
 * <p>Threads: immutable.
 *
 * @param generation whose register it is
 * @param value the register, 16 bits
 */
public record GraphicsControl(IgdGeneration generation, int value) {
    private static final long MIB = 1L << 20;
    private static final int[] OLD_STOLEN_MIB = {0, 1, 4, 8, 16, 32, 48, 64, 128, 256, 96, 160, 224, 352};
    private static final long STEP_MIB = 32;
    private static final int FINE = 0xf0;
    private static final int FINE_MIB = 4;
    private static final long PAGE = 4096;

    /** Whether nobody can write the register before the next reset. */
    public boolean locked() {
        return (value & 0x1) != 0;
    }

    /** Whether the function does not answer to VGA's addresses. */
    public boolean vgaDisabled() {
        return (value & 0x2) != 0;
    }

    /** The bytes of the table that translates the graphics' addresses; -1 if the register does not say. */
    public long gttBytes() {
        return switch (generation) {
            case GEN6, GEN7 -> (value >>> 8 & 0x3) == 3 ? -1 : (value >>> 8 & 0x3) * MIB;
            case CHERRYVIEW -> power(value >>> 8 & 0x3);
            case GEN8, GEN9, GEN11, GEN12 -> power(value >>> 6 & 0x3);
            case METEOR_LAKE -> (value >>> 6 & 0x3) == 3 ? power(3) : -1;
            case GEN5, UNKNOWN -> -1;
        };
    }

    /** The bytes that the graphics can address through its table; -1 if the register does not say. */
    public long addressable() {
        long bytes = gttBytes();
        return bytes < 0 ? -1 : bytes / generation.pteSize() * PAGE;
    }

    /** The bytes of memory that were taken ("stolen") for the graphics; -1 if the register does not say. */
    public long stolenBytes() {
        return switch (generation) {
            case GEN5 -> old(value >>> 4 & 0xf);
            case GEN6, GEN7 -> (value >>> 3 & 0x1f) * STEP_MIB * MIB;
            case CHERRYVIEW -> cherryview(value >>> 3 & 0x1f);
            case GEN8 -> (value >>> 8 & 0xff) * STEP_MIB * MIB;
            case GEN9, GEN11, GEN12 -> fine(value >>> 8 & 0xff);
            case METEOR_LAKE -> meteorLake(value >>> 8 & 0xff);
            case UNKNOWN -> -1;
        };
    }

    private static long power(int exponent) {
        return exponent == 0 ? 0 : MIB << exponent;
    }

    private static long old(int code) {
        return code < OLD_STOLEN_MIB.length ? OLD_STOLEN_MIB[code] * MIB : -1;
    }

    private static long fine(int code) {
        return (code < FINE ? code * STEP_MIB : (code - FINE + 1L) * FINE_MIB) * MIB;
    }

    private static long meteorLake(int code) {
        return code <= 4 || code >= FINE && code <= 0xfe ? fine(code) : -1;
    }

    private static long cherryview(int code) {
        if (code < 0x11) {
            return code * STEP_MIB * MIB;
        }
        return code < 0x17 ? (8 + (code - 0x11L) * 4) * MIB : (36 + (code - 0x17L) * 4) * MIB;
    }
}
