// SPDX-License-Identifier: Apache-2.0
package io.jvfio.platform.zpci.spec;

import io.jvfio.Hex;

/**
 * The types of functions. Linux names ISM alone; the other names are labels of IBM's tools.
 *
 * <p>Threads: constants.
 */
public final class FunctionType {
    /** Internal shared memory, whose BARs cannot be mapped. */
    public static final int ISM = 0x05;

    private FunctionType() {}

    /** A type's name. */
    public static String text(int type) {
        return switch (type) {
            case 0x00 -> "unclassified";
            case 0x02 -> "RoCE Express";
            case ISM -> "ISM";
            case 0x0a -> "RoCE Express2";
            case 0x0b -> "NVMe";
            case 0x0c -> "network";
            case 0x0d -> "CNW";
            case 0x0f -> "NETD";
            default -> "type " + Hex.of(type);
        };
    }
}
