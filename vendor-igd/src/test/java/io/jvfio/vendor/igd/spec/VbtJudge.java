// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vendor.igd.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What {@code intel_vbt_decode} (Debian's intel-gpu-tools) says of a table. {@code JVFIO_VBT_JUDGE} says where it is, and
 * then it has to be there; otherwise it is looked for in PATH.
 */
final class VbtJudge {
    private static final String NAMED = System.getenv("JVFIO_VBT_JUDGE");
    private static final Pattern SECTION = Pattern.compile("BDB block +(\\d+) .*");
    private static final Pattern PANEL = Pattern.compile("\tPanel (\\d+).*");
    private static final Pattern PAIR = Pattern.compile("\t+([^:\t]+):\\s*(.*)");

    /** The version of the BDB. */
    final int version;

    /** Label to text, of each output. */
    final List<Map<String, String>> children = new ArrayList<>();

    /** Label to text, of each panel. */
    final Map<Integer, Map<String, String>> panels = new LinkedHashMap<>();

    /** Label to text, of the backlight of each panel. */
    final Map<Integer, Map<String, String>> backlights = new LinkedHashMap<>();

    private VbtJudge(String text) {
        int found = -1;
        int block = 0;
        Map<String, String> current = new LinkedHashMap<>();
        for (String line : text.lines().toList()) {
            Matcher section = SECTION.matcher(line);
            Matcher panel = PANEL.matcher(line);
            Matcher pair = PAIR.matcher(line);
            if (section.matches()) {
                block = Integer.parseInt(section.group(1));
                current = new LinkedHashMap<>();
            } else if (block == BdbBlock.GENERAL_DEFINITIONS && line.strip().equals("Child device info:")) {
                current = new LinkedHashMap<>();
                children.add(current);
            } else if (panel.matches()) {
                current = new LinkedHashMap<>();
                if (block == BdbBlock.LFP_DATA) {
                    panels.put(Integer.valueOf(panel.group(1)), current);
                } else if (block == BdbBlock.LFP_BACKLIGHT) {
                    backlights.put(Integer.valueOf(panel.group(1)), current);
                }
            } else if (pair.matches()) {
                current.put(pair.group(1).strip(), pair.group(2));
                found = pair.group(1).strip().equals("BDB version") ? Integer.parseInt(pair.group(2)) : found;
            }
        }
        version = found;
    }

    /** Skips the test where there is no judge and none was named. */
    static void assumeThere() {
        if (NAMED == null) {
            assumeThat(Stream.of(System.getenv("PATH").split(":", -1))
                            .map(folder -> Path.of(folder, "intel_vbt_decode"))
                            .anyMatch(Files::isExecutable))
                    .as("intel_vbt_decode, of Debian's intel-gpu-tools, is in PATH")
                    .isTrue();
        }
    }

    static VbtJudge read(Path table) throws IOException, InterruptedException {
        String tool = Objects.requireNonNullElse(NAMED, "intel_vbt_decode");
        Process process = new ProcessBuilder(tool, "--file=" + table, "--all-panels")
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(text).isZero();
        return new VbtJudge(text);
    }
}
