// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vendor.igd.spec;

/**
 * A video BIOS table: what firmware tells the graphics driver of the board.
 *
 * <p>Threads: immutable.
 *
 * @param platform what the table is for, such as {@code TIGERLAKE}
 * @param version of the header, 100 times the number that people say
 * @param size bytes of the whole table
 * @param checksum whether all its bytes add up to 0; firmware patches tables later, so that many do not and nobody minds
 * @param bdb its content
 * @param bytes all of it
 */
public record Vbt(String platform, int version, int size, boolean checksum, Bdb bdb, Blob bytes) {
    /** What a table starts with. */
    public static final String SIGNATURE = "$VBT";

    static final int HEADER_SIZE = 48;
    static final int SIGNATURE_SIZE = 20;
    static final int VERSION = 20;
    static final int HEADER_SIZE_AT = 22;
    static final int SIZE = 24;
    static final int CHECKSUM = 26;
    static final int BDB_OFFSET = 28;

    /** The size of the largest table: a size is 16 bits. */
    static final int MAX_SIZE = 0xffff;

    /**
     * Takes a table apart that starts where the bytes do; what follows it does not matter. The same is wrong as is wrong
     * for Linux.
     *
     * @throws MalformedIgdException if it is none
     */
    public static Vbt parse(Blob bytes) {
        if (!bytes.startsWith(0, SIGNATURE)) {
            throw new MalformedIgdException(bytes.origin(), "no video BIOS table starts here");
        }
        Blob header = bytes.slice(0, HEADER_SIZE);
        int size = header.u16(SIZE);
        if (size < HEADER_SIZE) {
            throw new MalformedIgdException(
                    header.origin() + SIZE, "a video BIOS table of " + size + " bytes, less than its header");
        }
        Blob table = bytes.slice(0, size);
        long offset = header.u32(BDB_OFFSET);
        if (offset + Bdb.HEADER_SIZE > size) {
            throw new MalformedIgdException(
                    header.origin() + BDB_OFFSET,
                    "the BIOS data block at " + offset + " is not inside the table of " + size + " bytes");
        }
        return new Vbt(
                header.text(SIGNATURE.length(), SIGNATURE_SIZE - SIGNATURE.length()),
                header.u16(VERSION),
                size,
                sum(table) == 0,
                Bdb.parse(table.from((int) offset)),
                table);
    }

    private static int sum(Blob table) {
        int sum = 0;
        for (int i = 0; i < table.size(); i++) {
            sum += table.u8(i);
        }
        return sum & 0xff;
    }
}
