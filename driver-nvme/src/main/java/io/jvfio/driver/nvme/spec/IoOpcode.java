// SPDX-License-Identifier: Apache-2.0
package io.jvfio.driver.nvme.spec;

import io.jvfio.Hex;

/**
 * The commands of the NVM command set (6, figure 346).
 *
 * <p>Threads: constants.
 */
public final class IoOpcode {
    /** Flush. */
    public static final int FLUSH = 0x00;

    /** Write. */
    public static final int WRITE = 0x01;

    /** Read. */
    public static final int READ = 0x02;

    /** Write uncorrectable. */
    public static final int WRITE_UNCORRECTABLE = 0x04;

    /** Compare. */
    public static final int COMPARE = 0x05;

    /** Write zeroes. */
    public static final int WRITE_ZEROES = 0x08;

    /** Dataset management. */
    public static final int DATASET_MANAGEMENT = 0x09;

    /** Verify. */
    public static final int VERIFY = 0x0c;

    private IoOpcode() {}

    /** The name of a command, or its number in hex. */
    public static String name(int opcode) {
        return switch (opcode) {
            case FLUSH -> "Flush";
            case WRITE -> "Write";
            case READ -> "Read";
            case WRITE_UNCORRECTABLE -> "Write Uncorrectable";
            case COMPARE -> "Compare";
            case WRITE_ZEROES -> "Write Zeroes";
            case DATASET_MANAGEMENT -> "Dataset Management";
            case VERIFY -> "Verify";
            default -> "I/O command " + Hex.of(opcode);
        };
    }
}
