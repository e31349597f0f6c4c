// SPDX-License-Identifier: Apache-2.0
package io.jvfio.platform.zpci.spec;

import io.jvfio.Hex;

/**
 * The codes of error events.
 *
 * <p>Threads: constants.
 */
public final class ErrorCode {
    /** DMA to an address that is not mapped, or not for that direction. */
    public static final int TRANSLATION_PROTECTION = 0x04;

    /** The function failed for good. */
    public static final int PERMANENT = 0x3b;

    /** The function failed for good, by the other of two codes. */
    public static final int PERMANENT_TOO = 0x40;

    private ErrorCode() {}

    /** Whether a function with such an error does not come back by a reset. */
    public static boolean permanent(int code) {
        return code == PERMANENT || code == PERMANENT_TOO;
    }

    /** Whether it concerns the measurement block alone; the kernel keeps such events to itself. */
    public static boolean measurement(int code) {
        return code >= 0x2a && code <= 0x2c;
    }

    /** Whether it is about an address that the function named for a transfer. */
    public static boolean translation(int code) {
        return code >= 0x01 && code <= 0x09;
    }

    /** A code in words. */
    public static String text(int code) {
        return switch (code) {
            case 0x01 -> "invalid address space";
            case 0x02 -> "address out of range";
            case 0x03 -> "invalid translation format";
            case TRANSLATION_PROTECTION -> "translation protection";
            case 0x05 -> "access protection";
            case 0x06 -> "protection key";
            case 0x07 -> "invalid table entry";
            case 0x08 -> "table length";
            case 0x09 -> "table type";
            case 0x0a -> "invalid MSI";
            case 0x0b -> "system error";
            case 0x10 -> "MSI not enabled";
            case 0x11 -> "invalid interrupt bit vector";
            case 0x12, 0x13 -> "adapter interrupt fault";
            case 0x2a, 0x2b, 0x2c -> "measurement block";
            case 0x30 -> "configuration change";
            case 0x3a -> "service action needed";
            case PERMANENT, PERMANENT_TOO -> "permanent failure";
            default -> "event " + Hex.of(code);
        };
    }
}
