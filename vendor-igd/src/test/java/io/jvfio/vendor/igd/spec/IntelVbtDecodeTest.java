// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vendor.igd.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code intel_vbt_decode} says the same of tables as we do: of those that we write, and of those in the folder that {@code
 * -Djvfio.vbts} names. The list {@code compared.tsv} says what both have to speak of.
 */
class IntelVbtDecodeTest {
    private static final String FOLDER = System.getProperty("jvfio.vbts");
    private static final int TABLES = 20;
    private static final int VERSIONS = 6;
    private static final List<Compared> LIST = list();

    @TempDir
    Path folder;

    /** A line of the list. */
    private record Compared(String where, String ours, String theirs, int since, int last) {}

    @TestFactory
    Stream<DynamicTest> tables_that_we_write() {
        VbtJudge.assumeThere();
        Map<String, Blob> tables = WrittenVbts.all();
        assertThat(tables).hasSizeGreaterThanOrEqualTo(TABLES);
        assertThat(tables.values().stream()
                        .map(table -> Vbt.parse(table).bdb().version())
                        .distinct())
                .hasSizeGreaterThanOrEqualTo(VERSIONS);
        return tables.entrySet().stream()
                .map(table -> DynamicTest.dynamicTest(table.getKey(), () -> {
                    Path file = folder.resolve(table.getKey());
                    Files.write(file, table.getValue().toArray());
                    assertThat(compare(file)).hasSizeGreaterThan(100);
                }));
    }

    @TestFactory
    Stream<DynamicTest> tables_of_others() throws IOException {
        if (FOLDER == null) {
            return Stream.empty();
        }
        VbtJudge.assumeThere();
        return found(Path.of(FOLDER)).stream()
                .map(file -> DynamicTest.dynamicTest(String.valueOf(file.getFileName()), () -> {
                    List<String> compared = compare(file);
                    System.out.println(file.getFileName() + ": " + compared.size() + " values are the same");
                }));
    }

    @Test
    void a_folder_without_tables_is_an_error() {
        assertThatThrownBy(() -> found(folder)).hasMessageContaining("no table");
    }

    @Test
    void what_one_side_does_not_say_is_noticed() {
        Compared name = new Compared("panel", "name", "Panel name", 0, 999);
        List<String> compared = new ArrayList<>();

        assertThatThrownBy(() -> compare("panel", 200, Map.of("name", "A"), Map.of(), compared))
                .isInstanceOf(AssertionError.class);
        assertThatThrownBy(() -> compare("panel", 200, Map.of(), Map.of("Panel name", "A"), compared))
                .isInstanceOf(AssertionError.class);
        assertThat(LIST).contains(name);
        assertThat(compared).isEmpty();
    }

    private static List<Path> found(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            List<Path> found = files.filter(Files::isRegularFile).sorted().toList();
            assertThat(found).as("no table in %s", folder).isNotEmpty();
            return found;
        }
    }

    /** The names of all that was compared. */
    private static List<String> compare(Path file) throws IOException, InterruptedException {
        Bdb bdb = Vbt.parse(Blob.of(Files.readAllBytes(file))).bdb();
        VbtJudge judge = VbtJudge.read(file);
        assertThat(judge.version).isEqualTo(bdb.version());
        List<String> compared = new ArrayList<>();
        List<ChildDevice> children =
                bdb.definitions().map(GeneralDefinitions::children).orElse(List.of());
        assertThat(judge.children).hasSameSizeAs(children);
        for (int i = 0; i < children.size(); i++) {
            compare("child", bdb.version(), ours(children.get(i)), judge.children.get(i), compared);
        }
        List<Panel> panels = bdb.panels();
        assertThat(judge.panels).hasSameSizeAs(panels);
        String panel = hasNames(bdb) ? "panel" : "unnamed";
        for (int i = 0; i < panels.size(); i++) {
            compare(panel, bdb.version(), ours(panels.get(i)), judge.panels.get(i), compared);
        }
        List<Backlight> backlights = bdb.backlights();
        assertThat(judge.backlights).hasSameSizeAs(backlights);
        for (int i = 0; i < backlights.size(); i++) {
            compare("backlight", bdb.version(), ours(backlights.get(i)), judge.backlights.get(i), compared);
        }
        return compared;
    }

    /** Pointers that are too short for a place of names, or say that a name has no bytes, lead to none. */
    private static boolean hasNames(Bdb bdb) {
        return bdb.block(BdbBlock.LFP_DATA_POINTERS)
                .map(block -> block.data().atLeast(148).u8(147) != 0)
                .orElse(true);
    }

    private static void compare(
            String where, int version, Map<String, String> ours, Map<String, String> theirs, List<String> compared) {
        for (Compared each : LIST) {
            if (each.where.equals(where) && version >= each.since && version <= each.last) {
                assertThat(theirs).containsKey(each.theirs);
                assertThat(ours).containsEntry(each.ours, reduced(each, theirs.get(each.theirs)));
                compared.add(where + " " + each.ours);
            }
        }
    }

    /** Its text as we say it. */
    private static String reduced(Compared each, String text) {
        if (each.where.equals("child")) {
            return text.replaceAll(".*?0x([0-9a-f]+).*", "$1").replaceFirst("^0+(?=.)", "");
        }
        return switch (each.ours) {
            case "timings" -> text.replaceAll("\\.\\d+ \\(.*\\)$", "");
            case "maker" -> text.replaceAll(" .*", "");
            default -> text.strip();
        };
    }

    private static Map<String, String> ours(ChildDevice child) {
        Map<String, String> values = new LinkedHashMap<>();
        for (IgdField field : child.fields()) {
            values.put(field.name(), Long.toHexString(field.of(child.entry())));
        }
        return values;
    }

    private static Map<String, String> ours(Panel panel) {
        Timing timing = panel.timing();
        return Map.of(
                "name", panel.name(),
                "timings", ours(timing.horizontal()) + " " + ours(timing.vertical()) + " " + timing.clockKhz(),
                "maker", panel.id().maker(),
                "product", Integer.toString(panel.id().product()));
    }

    private static String ours(Timing.Axis axis) {
        int start = axis.active() + axis.front();
        return axis.active() + " " + start + " " + (start + axis.sync()) + " " + (axis.active() + axis.blank());
    }

    private static Map<String, String> ours(Backlight backlight) {
        return Map.of(
                "type", Integer.toString(backlight.type()),
                "activeLow", backlight.activeLow() ? "1" : "0",
                "pwmHz", Integer.toString(backlight.pwmHz()),
                "minBrightness", Integer.toString(backlight.minBrightness()),
                "level", Integer.toString(backlight.level()),
                "controlType", Integer.toString(backlight.controlType()),
                "controller", Integer.toString(backlight.controller()));
    }

    private static List<Compared> list() {
        try (InputStream in = IntelVbtDecodeTest.class.getResourceAsStream("compared.tsv")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .map(line -> Arrays.asList(line.split("\t", -1)))
                    .map(line -> new Compared(
                            line.get(0),
                            line.get(1),
                            line.get(2),
                            Integer.parseInt(line.get(3)),
                            Integer.parseInt(line.get(4))))
                    .toList();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
