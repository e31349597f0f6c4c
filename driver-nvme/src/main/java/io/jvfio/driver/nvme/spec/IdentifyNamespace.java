// SPDX-License-Identifier: Apache-2.0
package io.jvfio.driver.nvme.spec;

import io.jvfio.mmio.Field;
import io.jvfio.mmio.Word16;
import io.jvfio.mmio.Word32;
import io.jvfio.mmio.Word64;
import io.jvfio.mmio.Word8;

/**
 * What a controller says of a namespace (figure 245).
 *
 * <p>Threads: constants.
 */
public final class IdentifyNamespace {
    /** Size in blocks. */
    public static final Word64 NSZE = Word64.at(0);

    /** How many blocks can be allocated. */
    public static final Word64 NCAP = Word64.at(8);

    /** How many blocks are allocated. */
    public static final Word64 NUSE = Word64.at(16);

    /** Features. */
    public static final Word8 NSFEAT = Word8.at(24);

    /** Of {@link #NSFEAT}: thin provisioning. */
    public static final Field NSFEAT_THIN = Field.bit(0);

    /** Of {@link #NSFEAT}: reading deallocated blocks can be an error. */
    public static final Field NSFEAT_DEALLOCATED_ERROR = Field.bit(2);

    /** How many formats there are, 0's based. */
    public static final Word8 NLBAF = Word8.at(25);

    /** The format. */
    public static final Word8 FLBAS = Word8.at(26);

    /** Of {@link #FLBAS}: the format's number, its low four bits. */
    public static final Field FLBAS_FORMAT = Field.bits(3, 0);

    /** Of {@link #FLBAS}: metadata follows each block. */
    public static final Field FLBAS_EXTENDED = Field.bit(4);

    /** Of {@link #FLBAS}: the upper two bits of the format's number, of controllers with more than 16 (2.0). */
    public static final Field FLBAS_FORMAT_HIGH = Field.bits(6, 5);

    /** Where metadata can be. */
    public static final Word8 MC = Word8.at(27);

    /** Protection information that there can be. */
    public static final Word8 DPC = Word8.at(28);

    /** Protection information that there is. */
    public static final Word8 DPS = Word8.at(29);

    /** Bit 0: the namespace may be attached to several controllers. */
    public static final Word8 NMIC = Word8.at(30);

    /** What becomes of deallocated blocks. */
    public static final Word8 DLFEAT = Word8.at(33);

    /** Of {@link #DLFEAT}: what is read; 0 not told, 1 zeroes, 2 ones. */
    public static final Field DLFEAT_READ = Field.bits(2, 0);

    /** Of {@link #DLFEAT}: write zeroes can deallocate. */
    public static final Field DLFEAT_WRITE_ZEROES = Field.bit(3);

    /** Blocks up to the next multiple of which a read or write should not cross, 0 for none. */
    public static final Word16 NOIOB = Word16.at(46);

    /** Capacity in bytes: the lower half. */
    public static final Word64 NVMCAP = Word64.at(48);

    /** Where the 16 bytes of the globally unique identifier start, in big-endian order. */
    public static final int NGUID = 104;

    /** Where the 8 bytes of the extended unique identifier start, in big-endian order. */
    public static final int EUI64 = 120;

    /** Of a format, {@link #format}: bytes of metadata of each block. */
    public static final Field LBAF_MS = Field.bits(15, 0);

    /** Of a format: the size of a block, as a power of two; 9 at least, or 0 if the format is not there. */
    public static final Field LBAF_LBADS = Field.bits(23, 16);

    /** Of a format: how fast it is; 0 is best. */
    public static final Field LBAF_RP = Field.bits(25, 24);

    /** How many formats the structure has room for. */
    public static final int FORMATS = 64;

    private static final int LBAF = 128;

    private IdentifyNamespace() {}

    /**
     * The place of a format.
     *
     * @param number 0 to 63; of controllers before 2.0 up to 15
     * @throws IndexOutOfBoundsException if there is no such format
     */
    public static Word32 format(int number) {
        if (number < 0 || number >= FORMATS) {
            throw new IndexOutOfBoundsException("format " + number);
        }
        return Word32.at(LBAF + Integer.BYTES * number);
    }
}
