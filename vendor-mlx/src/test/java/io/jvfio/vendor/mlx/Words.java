// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vendor.mlx;

import io.jvfio.mmio.BigWord32;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/** Memory as big-endian words, written {@code offset=word} in hexadecimal digits; words that are not named are 0. */
final class Words {
    private Words() {}

    static MemorySegment parse(Arena arena, int length, String words) {
        MemorySegment memory = arena.allocate(Math.max(length, Long.BYTES), Long.BYTES);
        for (String each : words.isEmpty() ? new String[0] : words.split(" ", -1)) {
            int equals = each.indexOf('=');
            int at = Integer.parseInt(each.substring(0, equals), 16);
            BigWord32.at(at).set(memory, Integer.parseUnsignedInt(each.substring(equals + 1), 16));
        }
        return memory;
    }

    /** All words, with spaces between them. */
    static String dump(MemorySegment memory, int from, int length) {
        List<String> words = new ArrayList<>();
        for (int at = from; at < from + length; at += Integer.BYTES) {
            words.add("%08x".formatted(BigWord32.at(at).of(memory)));
        }
        return String.join(" ", words);
    }

    /** The words that are not 0, as {@link #parse} reads them. */
    static String named(MemorySegment memory, int length) {
        List<String> words = new ArrayList<>();
        for (int at = 0; at < length; at += Integer.BYTES) {
            int word = BigWord32.at(at).of(memory);
            if (word != 0) {
                words.add("%02x=%08x".formatted(at, word));
            }
        }
        return String.join(" ", words);
    }
}
