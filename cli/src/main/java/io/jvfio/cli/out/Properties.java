// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli.out;

import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Names and values in two columns, one pair a line. Threads: one at a time. */
public final class Properties {
    private final Map<String, String> pairs = new LinkedHashMap<>();

    /** Adds a pair, unless the value is absent. */
    public void add(String name, @Nullable Object value) {
        String text = value == null ? "" : value.toString();
        if (!text.isEmpty()) {
            pairs.put(name, text);
        }
    }

    /** Adds a number, unless it is negative: unknown. */
    public void number(String name, long value) {
        add(name, value < 0 ? null : value);
    }

    public void print(PrintWriter out) {
        int width = pairs.keySet().stream().mapToInt(String::length).max().orElse(0);
        pairs.forEach((name, value) ->
                out.println("  " + name + " ".repeat(width - name.length()) + "  " + Table.printable(value)));
    }
}
