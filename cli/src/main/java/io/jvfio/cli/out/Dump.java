// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli.out;

import io.jvfio.Hex;
import java.io.PrintWriter;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HexFormat;

/** Bytes in hexadecimal. Threads: stateless. */
public final class Dump {
    private static final HexFormat SPACED = HexFormat.ofDelimiter(" ");

    private static final int LINE = 16;

    private Dump() {}

    /** All digits, without anything between. */
    public static String hex(MemorySegment bytes) {
        return HexFormat.of().formatHex(bytes.toArray(ValueLayout.JAVA_BYTE));
    }

    /**
     * Prints lines of 16 bytes.
     *
     * @param offset of the first byte
     */
    public static void print(PrintWriter out, long offset, MemorySegment bytes) {
        for (long at = 0; at < bytes.byteSize(); at += LINE) {
            out.println(line(offset + at, bytes.asSlice(at, Math.min(LINE, bytes.byteSize() - at))));
        }
    }

    /** {@code 00000200  48 65 … 0a  |He…..|}. */
    static String line(long offset, MemorySegment bytes) {
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
