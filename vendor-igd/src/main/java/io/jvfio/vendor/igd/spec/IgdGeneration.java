// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vendor.igd.spec;

/**
 * Generations of Intel's graphics, as far as their registers in config space differ.
 *
 * <p>Threads: immutable.
 */
public enum IgdGeneration {
    /** Third to fifth: the registers are in the host bridge. */
    GEN5(5),
    /** Sandy Bridge, and Ivy Bridge by its ids. */
    GEN6(6),
    /** Haswell and Bay Trail. */
    GEN7(7),
    /** Broadwell. */
    GEN8(8),
    /** Cherryview, of the eighth generation but for its sizes. */
    CHERRYVIEW(8),
    /** Skylake to Comet Lake, and Apollo Lake. */
    GEN9(9),
    /** Ice Lake, Elkhart Lake, Jasper Lake. */
    GEN11(11),
    /** Tiger Lake to Raptor Lake. */
    GEN12(12),
    /** Meteor Lake and later: the base of stolen memory is of no use to a guest. */
    METEOR_LAKE(13),
    /** One that is not known: only regions, no registers. */
    UNKNOWN(0);

    /** The control register of graphics memory, 16 bits of config space. */
    public static final int GGC = 0x50;

    /** The address of the OpRegion, 32 bits of config space. */
    public static final int ASLS = 0xfc;

    /** The register that the software interrupt is asked for with, 16 bits of config space. */
    public static final int SWSCI = 0xe8;

    /** Where BAR 0 shows {@link #GGC} again. */
    public static final int GGC_MIRROR = 0x108040;

    /** Where BAR 0 shows {@link #bdsm} again. */
    public static final int BDSM_MIRROR = 0x1080c0;

    private static final int BDSM = 0x5c;
    private static final int BDSM_64 = 0xc0;
    private static final int FIRST_WITH_REGISTERS = 6;
    private static final int FIRST_WITH_64 = 11;
    private static final int BROXTON_MASK = 0xffe;
    private static final int BROXTON = 0xa84;

    private final int number;

    IgdGeneration(int number) {
        this.number = number;
    }

    /** The generation of a device id. */
    public static IgdGeneration of(int deviceId) {
        if ((deviceId & BROXTON_MASK) == BROXTON) {
            return GEN9;
        }
        return switch (deviceId >>> Byte.SIZE) {
            case 0x01 -> GEN6;
            case 0x04, 0x0a, 0x0c, 0x0d, 0x0f -> GEN7;
            case 0x16 -> GEN8;
            case 0x22 -> CHERRYVIEW;
            case 0x19, 0x31, 0x59, 0x3e, 0x9b -> GEN9;
            case 0x8a, 0x45, 0x4e -> GEN11;
            case 0x9a, 0x4c, 0x46, 0xa7 -> GEN12;
            case 0x7d, 0x64, 0xb0, 0xb6, 0xfd -> METEOR_LAKE;
            default -> UNKNOWN;
        };
    }

    /** The number that people call it by; 0 if it is not known. */
    public int number() {
        return number;
    }

    /** Whether {@link #GGC} and {@link #bdsm} are in the function's own config space, and mean what they say. */
    public boolean hasRegisters() {
        return number >= FIRST_WITH_REGISTERS && this != METEOR_LAKE;
    }

    /** Where the base of stolen memory is in config space. */
    public int bdsm() {
        return number >= FIRST_WITH_64 ? BDSM_64 : BDSM;
    }

    /** How many bytes the base of stolen memory has, 4 or 8. */
    public int bdsmWidth() {
        return number >= FIRST_WITH_64 ? Long.BYTES : Integer.BYTES;
    }

    /** The bytes of an entry of the translation table. */
    public int pteSize() {
        return number >= GEN8.number ? Long.BYTES : Integer.BYTES;
    }
}
