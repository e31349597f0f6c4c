// SPDX-License-Identifier: Apache-2.0
package io.jvfio.platform.zpci.spec;

import io.jvfio.Hex;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * What the machine says of an error of a function, in 32 bytes, big-endian everywhere.
 *
 * <p>Threads: immutable.
 *
 * @param fh the handle that the function had then
 * @param fid the id of the function
 * @param ett the expected type of a table, 0 to 0xf
 * @param mvn the number of the MSI vector, 0 to 0xfff
 * @param dmaas the DMA address space, 0 to 0xff
 * @param q the qualifier
 * @param rw the bit that tells reads and writes apart
 * @param faddr the failing address, as the device named it
 * @param pec the code of the event, see {@link ErrorCode}, 0 to 0xffff
 */
public record ErrorRecord(int fh, int fid, int ett, int mvn, int dmaas, boolean q, boolean rw, long faddr, int pec) {
    /** How many bytes it has. */
    public static final int SIZE = 32;

    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    private static final int FH = 4;
    private static final int FID = 8;
    private static final int WORD = 12;
    private static final int FADDR = 16;
    private static final int PEC = 30;

    /** Checks that the numbers fit. */
    public ErrorRecord {
        require("ett", ett, 0xf);
        require("mvn", mvn, 0xfff);
        require("dmaas", dmaas, 0xff);
        require("pec", pec, 0xffff);
    }

    private static void require(String name, int value, int most) {
        if (value < 0 || value > most) {
            throw new IllegalArgumentException(name + " " + Hex.of(value) + " is not in 0.." + Hex.of(most));
        }
    }

    /**
     * Reads it. What lies behind it is left alone.
     *
     * @throws MalformedZpciException if there are less than {@link #SIZE} bytes
     */
    public static ErrorRecord parse(MemorySegment bytes) {
        if (bytes.byteSize() < SIZE) {
            throw new MalformedZpciException("an error record ends after " + bytes.byteSize() + " bytes of " + SIZE);
        }
        int word = bytes.get(INT, WORD);
        return new ErrorRecord(
                bytes.get(INT, FH),
                bytes.get(INT, FID),
                word >>> 28,
                word >>> 16 & 0xfff,
                word >>> 8 & 0xff,
                (word & 2) != 0,
                (word & 1) != 0,
                bytes.get(LONG, FADDR),
                Short.toUnsignedInt(bytes.get(SHORT, PEC)));
    }

    /** Its bytes; those that are reserved are 0. */
    public byte[] bytes() {
        MemorySegment bytes = MemorySegment.ofArray(new byte[SIZE]);
        bytes.set(INT, FH, fh);
        bytes.set(INT, FID, fid);
        bytes.set(INT, WORD, ett << 28 | mvn << 16 | dmaas << 8 | (q ? 2 : 0) | (rw ? 1 : 0));
        bytes.set(LONG, FADDR, faddr);
        bytes.set(SHORT, PEC, (short) pec);
        return bytes.toArray(ValueLayout.JAVA_BYTE);
    }
}
