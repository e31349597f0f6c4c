// SPDX-License-Identifier: Apache-2.0
package io.jvfio.driver.nvme.spec;

import io.jvfio.mmio.Word32;
import io.jvfio.mmio.Word64;

/**
 * A range of a dataset management command (6.7.1.1).
 *
 * <p>Threads: constants.
 */
public final class DatasetRange {
    /** The size of a range in bytes. */
    public static final int SIZE = 16;

    /** Hints on how it will be used. */
    public static final Word32 ATTRIBUTES = Word32.at(0);

    /** How many blocks. */
    public static final Word32 BLOCKS = Word32.at(4);

    /** The first block. */
    public static final Word64 START = Word64.at(8);

    private DatasetRange() {}
}
