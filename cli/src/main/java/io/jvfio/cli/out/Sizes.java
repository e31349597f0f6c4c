// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli.out;

import java.util.List;

/** Numbers of bytes for people. Threads: stateless. */
public final class Sizes {
    private static final List<String> UNITS = List.of("bytes", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB");

    private Sizes() {}

    /** {@code 16 KiB}: whole units only, so that nothing is rounded away. */
    public static String text(long bytes) {
        int unit = 0;
        long count = bytes;
        while (unit < UNITS.size() - 1 && count != 0 && (count & 1023) == 0) {
            count >>>= 10;
            unit++;
        }
        return Long.toUnsignedString(count) + " " + UNITS.get(unit);
    }
}
