// SPDX-License-Identifier: Apache-2.0
package io.jvfio.driver.nvme.spec;

import io.jvfio.mmio.Field;
import io.jvfio.mmio.Word32;
import io.jvfio.mmio.Word64;
import io.jvfio.mmio.Word8;

/**
 * A descriptor of a scatter/gather list (4.4). The one in the command describes the data itself, or a segment: an array
 * of descriptors in memory, of which the last may describe the next segment.
 *
 * <p>Threads: constants.
 */
public final class SglDescriptor {
    /** The size of a descriptor in bytes. */
    public static final int SIZE = 16;

    /** Where the data, or the segment, is. */
    public static final Word64 ADDRESS = Word64.at(0);

    /** How many bytes of data, or of descriptors. */
    public static final Word32 LENGTH = Word32.at(8);

    /** {@link #TYPE} and {@link #SUBTYPE}. */
    public static final Word8 IDENTIFIER = Word8.at(15);

    /** Of {@link #IDENTIFIER}: {@link #DATA_BLOCK} and so on. */
    public static final Field TYPE = Field.bits(7, 4);

    /** Of {@link #IDENTIFIER}: 0 for an address in memory. */
    public static final Field SUBTYPE = Field.bits(3, 0);

    /** Value of {@link #TYPE}: data. */
    public static final int DATA_BLOCK = 0;

    /** Value of {@link #TYPE}: data that is read from the device is thrown away. */
    public static final int BIT_BUCKET = 1;

    /** Value of {@link #TYPE}: a segment, whose last descriptor describes another one. */
    public static final int SEGMENT = 2;

    /** Value of {@link #TYPE}: the last segment. */
    public static final int LAST_SEGMENT = 3;

    private SglDescriptor() {}
}
