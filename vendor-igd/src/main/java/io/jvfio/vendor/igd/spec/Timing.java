// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vendor.igd.spec;

/**
 * How a panel wants its picture: a detailed timing as EDID has them, or one of the generic timings of block 58. Widths are
 * pixels, heights lines.
 *
 * <p>Threads: immutable.
 *
 * @param clockKhz the pixel clock in kHz; in a detailed timing a multiple of 10 below 655,360
 * @param horizontal along a line
 * @param vertical along a frame
 */
public record Timing(int clockKhz, Axis horizontal, Axis vertical) {
    static final int DETAILED_SIZE = 18;
    static final int GENERIC_SIZE = 28;

    private static final int CLOCK_UNIT = 10;
    private static final int FLAGS = 17;
    private static final int DIGITAL_SEPARATE = 0x18;
    private static final int VERTICAL_POSITIVE = 1 << 2;
    private static final int HORIZONTAL_POSITIVE = 1 << 1;
    private static final int GENERIC_HORIZONTAL = 4;
    private static final int GENERIC_VERTICAL = 12;
    private static final int GENERIC_WIDTH = 20;
    private static final int GENERIC_HEIGHT = 22;
    private static final int GENERIC_FLAGS = 24;
    private static final int GENERIC_VERTICAL_POSITIVE = 1 << 6;
    private static final int GENERIC_HORIZONTAL_POSITIVE = 1 << 7;

    /**
     * One direction.
     *
     * <p>Threads: immutable.
     *
     * @param active what is seen
     * @param blank what is not
     * @param front from the end of what is seen to the pulse
     * @param sync the pulse
     * @param millimetres how long it is on the panel; 0 if nobody says
     * @param positive whether the pulse is high
     */
    public record Axis(int active, int blank, int front, int sync, int millimetres, boolean positive) {}

    /** Whether it is one: free slots are all zero. */
    public boolean used() {
        return clockKhz != 0 && horizontal.active != 0 && vertical.active != 0;
    }

    /** Pictures per second, in thousandths; 0 without pixels. */
    public long refreshMillihertz() {
        long pixels = (long) (horizontal.active + horizontal.blank) * (vertical.active + vertical.blank);
        return pixels == 0 ? 0 : Math.round(clockKhz * 1_000_000.0 / pixels);
    }

    static Timing detailed(Blob bytes) {
        Axis horizontal = new Axis(
                bytes.u8(2) | (bytes.u8(4) & 0xf0) << 4,
                bytes.u8(3) | (bytes.u8(4) & 0xf) << 8,
                bytes.u8(8) | (bytes.u8(11) & 0xc0) << 2,
                bytes.u8(9) | (bytes.u8(11) & 0x30) << 4,
                bytes.u8(12) | (bytes.u8(14) & 0xf0) << 4,
                (bytes.u8(FLAGS) & HORIZONTAL_POSITIVE) != 0);
        Axis vertical = new Axis(
                bytes.u8(5) | (bytes.u8(7) & 0xf0) << 4,
                bytes.u8(6) | (bytes.u8(7) & 0xf) << 8,
                bytes.u8(10) >>> 4 | (bytes.u8(11) & 0xc) << 2,
                bytes.u8(10) & 0xf | (bytes.u8(11) & 0x3) << 4,
                bytes.u8(13) | (bytes.u8(14) & 0xf) << 8,
                (bytes.u8(FLAGS) & VERTICAL_POSITIVE) != 0);
        return new Timing(bytes.u16(0) * CLOCK_UNIT, horizontal, vertical);
    }

    static Timing generic(Blob bytes) {
        int flags = bytes.u8(GENERIC_FLAGS);
        return new Timing(
                (int) Math.min(bytes.u32(0), Integer.MAX_VALUE),
                generic(bytes, GENERIC_HORIZONTAL, GENERIC_WIDTH, (flags & GENERIC_HORIZONTAL_POSITIVE) != 0),
                generic(bytes, GENERIC_VERTICAL, GENERIC_HEIGHT, (flags & GENERIC_VERTICAL_POSITIVE) != 0));
    }

    private static Axis generic(Blob bytes, int at, int size, boolean positive) {
        return new Axis(
                bytes.u16(at), bytes.u16(at + 2), bytes.u16(at + 4), bytes.u16(at + 6), bytes.u16(size), positive);
    }

    /** Writes it as EDID has it; what does not fit is an IllegalArgumentException. */
    void putDetailed(byte[] bytes, int at) {
        fit(clockKhz % CLOCK_UNIT == 0 && clockKhz / CLOCK_UNIT <= 0xffff, "pixel clock");
        fits(horizontal, 0x3ff, 0x3ff);
        fits(vertical, 0x3f, 0x3f);
        putShort(bytes, at, clockKhz / CLOCK_UNIT);
        bytes[at + 2] = (byte) horizontal.active;
        bytes[at + 3] = (byte) horizontal.blank;
        bytes[at + 4] = (byte) (horizontal.active >>> 8 << 4 | horizontal.blank >>> 8);
        bytes[at + 5] = (byte) vertical.active;
        bytes[at + 6] = (byte) vertical.blank;
        bytes[at + 7] = (byte) (vertical.active >>> 8 << 4 | vertical.blank >>> 8);
        bytes[at + 8] = (byte) horizontal.front;
        bytes[at + 9] = (byte) horizontal.sync;
        bytes[at + 10] = (byte) (vertical.front << 4 | vertical.sync & 0xf);
        bytes[at + 11] = (byte) (horizontal.front >>> 8 << 6
                | horizontal.sync >>> 8 << 4
                | vertical.front >>> 4 << 2
                | vertical.sync >>> 4);
        bytes[at + 12] = (byte) horizontal.millimetres;
        bytes[at + 13] = (byte) vertical.millimetres;
        bytes[at + 14] = (byte) (horizontal.millimetres >>> 8 << 4 | vertical.millimetres >>> 8);
        bytes[at + FLAGS] = (byte) (DIGITAL_SEPARATE
                | (horizontal.positive ? HORIZONTAL_POSITIVE : 0)
                | (vertical.positive ? VERTICAL_POSITIVE : 0));
    }

    /** Writes it as an entry of block 58. */
    void putGeneric(byte[] bytes, int at) {
        putShort(bytes, at, clockKhz);
        putShort(bytes, at + 2, clockKhz >>> Short.SIZE);
        putGeneric(bytes, at + GENERIC_HORIZONTAL, horizontal);
        putGeneric(bytes, at + GENERIC_VERTICAL, vertical);
        putShort(bytes, at + GENERIC_WIDTH, horizontal.millimetres);
        putShort(bytes, at + GENERIC_HEIGHT, vertical.millimetres);
        bytes[at + GENERIC_FLAGS] = (byte) ((horizontal.positive ? GENERIC_HORIZONTAL_POSITIVE : 0)
                | (vertical.positive ? GENERIC_VERTICAL_POSITIVE : 0));
    }

    private static void putGeneric(byte[] bytes, int at, Axis axis) {
        putShort(bytes, at, axis.active);
        putShort(bytes, at + 2, axis.blank);
        putShort(bytes, at + 4, axis.front);
        putShort(bytes, at + 6, axis.sync);
    }

    static void putShort(byte[] bytes, int at, int value) {
        bytes[at] = (byte) value;
        bytes[at + 1] = (byte) (value >>> Byte.SIZE);
    }

    private static void fits(Axis axis, int mostFront, int mostSync) {
        fit((axis.active | axis.blank | axis.millimetres) >>> 12 == 0, "size");
        fit(axis.front >= 0 && axis.front <= mostFront, "front porch");
        fit(axis.sync >= 0 && axis.sync <= mostSync, "pulse");
    }

    private static void fit(boolean does, String what) {
        if (!does) {
            throw new IllegalArgumentException("a detailed timing has no room for this " + what);
        }
    }
}
