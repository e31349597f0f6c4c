// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vendor.igd.spec;

/**
 * Who made a panel, as EDID says it.
 *
 * <p>Threads: immutable.
 *
 * @param maker three letters; {@code @} and what follows Z in ASCII up to {@code _} are no letters of EDID's
 * @param product the maker's number of the kind, 16 bits
 * @param serial the number of the piece, 32 bits unsigned
 * @param week of its making
 * @param year of its making, since 1990; 0 if nobody says
 */
public record PanelId(String maker, int product, long serial, int week, int year) {
    static final int SIZE = 10;

    private static final int LETTER_BITS = 5;
    private static final int LETTERS = 3;
    private static final char BEFORE_A = '@';
    private static final int MAX_LETTER = 0x1f;
    private static final int FIRST_YEAR = 1990;

    static PanelId parse(Blob bytes) {
        int packed = bytes.u8(0) << Byte.SIZE | bytes.u8(1);
        StringBuilder maker = new StringBuilder(LETTERS);
        for (int shift = (LETTERS - 1) * LETTER_BITS; shift >= 0; shift -= LETTER_BITS) {
            maker.append((char) (BEFORE_A + (packed >>> shift & MAX_LETTER)));
        }
        int year = bytes.u8(9);
        return new PanelId(
                maker.toString(), bytes.u16(2), bytes.u32(4), bytes.u8(8), year == 0 ? 0 : FIRST_YEAR + year);
    }

    void put(byte[] bytes, int at) {
        int packed = 0;
        for (int i = 0; i < LETTERS; i++) {
            int letter = maker.charAt(i) - BEFORE_A;
            if (letter < 0 || letter > MAX_LETTER) {
                throw new IllegalArgumentException("'" + maker + "' is no maker of three letters");
            }
            packed = packed << LETTER_BITS | letter;
        }
        bytes[at] = (byte) (packed >>> Byte.SIZE);
        bytes[at + 1] = (byte) packed;
        Timing.putShort(bytes, at + 2, product);
        Timing.putShort(bytes, at + 4, (int) serial);
        Timing.putShort(bytes, at + 6, (int) (serial >>> Short.SIZE));
        bytes[at + 8] = (byte) week;
        bytes[at + 9] = (byte) (year == 0 ? 0 : year - FIRST_YEAR);
    }
}
