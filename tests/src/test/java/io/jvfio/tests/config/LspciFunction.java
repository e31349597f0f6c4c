// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.config;

import io.jvfio.PciAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What {@code lspci -vvvnn} says of one function: entries that each have a label and a text. Continued lines are joined.
 *
 * @param address where it is
 * @param title the rest of its first line
 * @param header what stands before the capabilities
 * @param capabilities the capabilities in their order
 */
record LspciFunction(PciAddress address, String title, List<Entry> header, List<Block> capabilities) {
    private static final Pattern FIRST = Pattern.compile("((?:[0-9a-f]{4,8}:)?[0-9a-f]{2}:[0-9a-f]{2}\\.[0-7]) (.*)");
    private static final Pattern CAPABILITY = Pattern.compile("Capabilities: \\[([0-9a-f]+)(?: v(\\d+))?\\] (.*)");
    private static final Pattern LABELLED = Pattern.compile("([^:=]+):\\s*(.*)");

    /** A label and what stands behind it. */
    record Entry(String label, String text) {}

    /**
     * A capability.
     *
     * @param offset where it starts
     * @param version of an extended one, or -1
     * @param title the rest of its first line
     * @param entries its further lines
     */
    record Block(int offset, int version, String title, List<Entry> entries) {}

    /** Takes the output apart. */
    static List<LspciFunction> parse(String text) {
        List<LspciFunction> functions = new ArrayList<>();
        for (String line : text.lines().toList()) {
            Matcher first = FIRST.matcher(line);
            if (first.matches()) {
                functions.add(new LspciFunction(
                        PciAddress.parse(first.group(1)), first.group(2), new ArrayList<>(), new ArrayList<>()));
            } else if (!functions.isEmpty() && line.startsWith("\t")) {
                functions.getLast().take(line.substring(1));
            }
        }
        return functions;
    }

    private void take(String line) {
        Matcher capability = CAPABILITY.matcher(line);
        if (capability.matches()) {
            capabilities.add(new Block(
                    Integer.parseInt(capability.group(1), 16),
                    capability.group(2) == null ? -1 : Integer.parseInt(capability.group(2)),
                    capability.group(3),
                    new ArrayList<>()));
        } else if (capabilities.isEmpty()) {
            add(header, line, line.startsWith("\t"));
        } else if (line.startsWith("\t")) {
            add(capabilities.getLast().entries(), line, line.startsWith("\t\t"));
        }
    }

    private static void add(List<Entry> entries, String line, boolean continued) {
        if (continued && !entries.isEmpty()) {
            Entry before = entries.removeLast();
            entries.add(new Entry(before.label(), before.text() + " " + line.strip()));
            return;
        }
        Matcher labelled = LABELLED.matcher(line.strip());
        entries.add(labelled.matches() ? new Entry(labelled.group(1), labelled.group(2)) : new Entry("", line.strip()));
    }
}
