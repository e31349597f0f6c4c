// SPDX-License-Identifier: Apache-2.0
package io.jvfio.driver.nvme.spec;

import io.jvfio.mmio.Field;

/**
 * The fields of command dwords 10 to 15 of the NVM command set (6). The first block is in dwords 10 and 11.
 *
 * <p>Threads: constants.
 */
public final class IoCommand {
    /** Read, write, compare, write zeroes and verify, dword 12: blocks, 0's based. */
    public static final Field BLOCKS = Field.bits(15, 0);

    /** Write zeroes, dword 12: the blocks may be deallocated. */
    public static final Field DEALLOCATE = Field.bit(25);

    /** Read and write, dword 12: protection information. */
    public static final Field PROTECTION = Field.bits(29, 26);

    /** Read and write, dword 12: not from or to a volatile cache. */
    public static final Field FORCE_UNIT_ACCESS = Field.bit(30);

    /** Read and write, dword 12: give up early. */
    public static final Field LIMITED_RETRY = Field.bit(31);

    /** Dataset management, dword 10: ranges, 0's based. */
    public static final Field RANGES = Field.bits(7, 0);

    /** Dataset management, dword 11: they will be read as a whole. */
    public static final Field INTEGRAL_READ = Field.bit(0);

    /** Dataset management, dword 11: they will be written as a whole. */
    public static final Field INTEGRAL_WRITE = Field.bit(1);

    /** Dataset management, dword 11: they may be deallocated. */
    public static final Field DEALLOCATE_RANGES = Field.bit(2);

    /** How many ranges a dataset management command takes at most. */
    public static final int MAX_RANGES = 256;

    private IoCommand() {}
}
