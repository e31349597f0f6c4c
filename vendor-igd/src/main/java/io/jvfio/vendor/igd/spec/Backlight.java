// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vendor.igd.spec;

import java.util.ArrayList;
import java.util.List;

/**
 * How bright a panel is and what makes it so: one of the sixteen entries of block 43. What the version does not have is -1.
 *
 * <p>Threads: immutable.
 *
 * @param flags its first byte: {@link #type}, {@link #activeLow}, pin and speed of an I2C bus
 * @param pwmHz the frequency of its pulses in hertz, 16 bits
 * @param minBrightness the least that is allowed, of 255
 * @param i2cAddress where its controller is, if that hangs on an I2C bus
 * @param i2cCommand what such a controller is told
 * @param level how bright it is at first: of 255, since version 234 of what {@code precision} says
 * @param control kind (low 4 bits) and number of its controller
 * @param minLevel the least, in the unit of {@code level}, since version 234
 * @param precision the bits of a level, since version 236
 * @param hdrRefreshMs since version 239: how long a refresh of a panel with high dynamic range takes
 */
public record Backlight(
        int flags,
        int pwmHz,
        int minBrightness,
        int i2cAddress,
        int i2cCommand,
        int level,
        int control,
        int minLevel,
        int precision,
        int hdrRefreshMs) {
    static final int COUNT = 16;

    private static final int ENTRY = 6;
    private static final int ENTRIES = 1;
    private static final int LEVELS = 97;
    private static final int LEVELS_SINCE = 162;
    private static final int WIDE_LEVELS_SINCE = 234;
    private static final int CONTROLS = 113;
    private static final int CONTROLS_SINCE = 191;
    private static final int WIDE_LEVELS = 129;
    private static final int MIN_LEVELS = 193;
    private static final int WIDE = 4;
    private static final int PRECISIONS = 257;
    private static final int PRECISIONS_SINCE = 236;
    private static final int REFRESHES = 273;
    private static final int REFRESHES_SINCE = 239;
    private static final int SIZE = 305;
    private static final int PWM = 2;

    /** One that is driven by pulses. Everything newer than version 191 is 0, or -1 where the version has none. */
    public static Backlight pwm(int version, int hertz, int minBrightness, int level) {
        return new Backlight(
                PWM,
                hertz,
                minBrightness,
                0,
                0,
                version >= LEVELS_SINCE ? level : -1,
                version >= CONTROLS_SINCE ? PWM : -1,
                version >= WIDE_LEVELS_SINCE ? minBrightness : -1,
                version >= PRECISIONS_SINCE ? Byte.SIZE : -1,
                version >= REFRESHES_SINCE ? 0 : -1);
    }

    /** 0 none, 2 pulses. */
    public int type() {
        return flags & 0x3;
    }

    /** Whether a low line is bright. */
    public boolean activeLow() {
        return (flags & 0x4) != 0;
    }

    /** The pins of an I2C bus. */
    public int i2cPin() {
        return flags >>> 3 & 0x7;
    }

    /** The speed of an I2C bus. */
    public int i2cSpeed() {
        return flags >>> 6 & 0x3;
    }

    /** The kind of controller, or -1. */
    public int controlType() {
        return control < 0 ? -1 : control & 0xf;
    }

    /** The number of the controller, or -1. */
    public int controller() {
        return control < 0 ? -1 : control >>> 4;
    }

    /**
     * Takes block 43 apart.
     *
     * @throws MalformedIgdException if its entries are of another size than is known
     */
    static List<Backlight> parse(int version, Blob block) {
        Blob whole = block.atLeast(SIZE);
        if (whole.u8(0) != ENTRY) {
            throw new MalformedIgdException(block.origin(), "backlights of " + whole.u8(0) + " bytes instead of 6");
        }
        List<Backlight> found = new ArrayList<>();
        for (int i = 0; i < COUNT; i++) {
            int at = ENTRIES + i * ENTRY;
            found.add(new Backlight(
                    whole.u8(at),
                    whole.u16(at + 1),
                    whole.u8(at + 3),
                    whole.u8(at + 4),
                    whole.u8(at + 5),
                    level(version, whole, i),
                    version >= CONTROLS_SINCE ? whole.u8(CONTROLS + i) : -1,
                    version >= WIDE_LEVELS_SINCE ? whole.u16(MIN_LEVELS + i * WIDE) : -1,
                    version >= PRECISIONS_SINCE ? whole.u8(PRECISIONS + i) : -1,
                    version >= REFRESHES_SINCE ? whole.u16(REFRESHES + 2 * i) : -1));
        }
        return found;
    }

    private static int level(int version, Blob block, int index) {
        if (version >= WIDE_LEVELS_SINCE) {
            return block.u16(WIDE_LEVELS + index * WIDE);
        }
        return version >= LEVELS_SINCE ? block.u8(LEVELS + index) : -1;
    }

    /** Block 43 of such a version; panels beyond the list have none. */
    static byte[] encode(int version, List<Backlight> backlights) {
        byte[] block = new byte[size(version)];
        block[0] = ENTRY;
        for (int i = 0; i < backlights.size(); i++) {
            Backlight each = backlights.get(i);
            int at = ENTRIES + i * ENTRY;
            block[at] = (byte) each.flags;
            Timing.putShort(block, at + 1, each.pwmHz);
            block[at + 3] = (byte) each.minBrightness;
            block[at + 4] = (byte) each.i2cAddress;
            block[at + 5] = (byte) each.i2cCommand;
            if (version >= WIDE_LEVELS_SINCE) {
                Timing.putShort(block, WIDE_LEVELS + i * WIDE, each.level);
                Timing.putShort(block, MIN_LEVELS + i * WIDE, each.minLevel);
            } else if (version >= LEVELS_SINCE) {
                block[LEVELS + i] = (byte) each.level;
            }
            if (version >= CONTROLS_SINCE) {
                block[CONTROLS + i] = (byte) each.control;
            }
            if (version >= PRECISIONS_SINCE) {
                block[PRECISIONS + i] = (byte) each.precision;
            }
            if (version >= REFRESHES_SINCE) {
                Timing.putShort(block, REFRESHES + 2 * i, each.hdrRefreshMs);
            }
        }
        return block;
    }

    private static int size(int version) {
        return version >= REFRESHES_SINCE
                ? SIZE
                : version >= PRECISIONS_SINCE
                        ? REFRESHES
                        : version >= WIDE_LEVELS_SINCE
                                ? PRECISIONS
                                : version >= CONTROLS_SINCE ? WIDE_LEVELS : version >= LEVELS_SINCE ? CONTROLS : LEVELS;
    }
}
