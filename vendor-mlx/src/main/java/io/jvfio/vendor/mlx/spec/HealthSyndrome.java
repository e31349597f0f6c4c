// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vendor.mlx.spec;

import io.jvfio.Hex;

/**
 * What the health buffer's syndrome means.
 *
 * <p>Threads: constants.
 */
public final class HealthSyndrome {
    /** The firmware failed. */
    public static final int FIRMWARE = 0x01;

    /** An asynchronous event queue was not emptied in time. */
    public static final int EVENT_OVERRUN = 0x0c;

    /** An event queue could not be written. */
    public static final int EVENT_QUEUE = 0x0d;

    private HealthSyndrome() {}

    /** A syndrome in words. */
    public static String text(int syndrome) {
        return switch (syndrome) {
            case 0 -> "healthy";
            case FIRMWARE -> "firmware internal error";
            case 0x07 -> "irisc not responding";
            case 0x08 -> "unrecoverable hardware error";
            case 0x09 -> "firmware CRC error";
            case 0x0a -> "ICM fetch PCI error";
            case 0x0b -> "HW fatal error, ICM page";
            case EVENT_OVERRUN -> "async EQ buffer overrun";
            case EVENT_QUEUE -> "EQ error";
            case 0x0e -> "invalid EQ referenced";
            case 0x0f -> "FFSER error";
            case 0x10 -> "high temperature";
            case 0x12 -> "ICM fetch PCI data poisoned";
            case 0x13 -> "trust lockdown";
            default -> "syndrome " + Hex.of(syndrome);
        };
    }
}
