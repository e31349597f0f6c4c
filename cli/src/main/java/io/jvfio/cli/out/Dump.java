// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli.out;

import io.jvfio.Hex;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HexFormat;

/** Bytes in hexadecimal. Threads: stateless. */
public final class Dump {
    private static final HexFormat SPACED = HexFormat.ofDelimiter(" ");

    private Dump() {}

    /** All digits, without anything between. */
    public static String hex(MemorySegment bytes) {
        return HexFormat.of().formatHex(bytes.toArray(ValueLayout.JAVA_BYTE));
    }

    /** {@code 00000200  48 65 … 0a  |He…..|}. */
    public static String line(long offset, MemorySegment bytes) {
        byte[] all = bytes.toArray(ValueLayout.JAVA_BYTE);
        StringBuilder line = new StringBuilder(
                Hex.digits(offset, Math.max(8, Long.toHexString(offset).length())));
        line.append("  ").append(SPACED.formatHex(all)).append("  |");
        for (byte each : all) {
            line.append(each >= ' ' && each <= '~' ? (char) each : '.');
        }
        return line.append('|').toString();
    }
}
