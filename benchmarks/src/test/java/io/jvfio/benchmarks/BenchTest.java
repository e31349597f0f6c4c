// SPDX-License-Identifier: Apache-2.0
package io.jvfio.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.benchmarks.baseline.Baseline;
import io.jvfio.benchmarks.run.Bench;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the process behind {@code jvfio bench} tells. */
class BenchTest {
    @TempDir
    private Path folder;

    private static List<String> told(String... arguments) throws Exception {
        PrintStream before = System.out;
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        System.setOut(new PrintStream(text, true, StandardCharsets.UTF_8));
        try {
            Bench.main(arguments);
        } finally {
            System.setOut(before);
        }
        return text.toString(StandardCharsets.UTF_8).lines().toList();
    }

    @Test
    void each_question_is_found_with_all_its_numbers_and_a_quick_run_has_some_of_them() throws Exception {
        List<String> whole = told("--list");
        List<String> quick = told("--list", "--quick");

        assertThat(whole)
                .contains(
                        "found\tmmio\tread32\t\tjava c",
                        "found\tmmio\tread8\t\tjava c",
                        "found\tiommu\tfind\tlive=10\tjava",
                        "found\tiommu\tfind\tlive=1000000\tjava",
                        "found\tnvme\tnvme_command\tbatch=32\tjava c");
        assertThat(quick)
                .contains("found\tmmio\tread32\t\tjava c", "found\tiommu\tfind\tlive=10000\tjava")
                .noneMatch(line -> line.contains("read8") || line.contains("live=10\t"));
        assertThat(quick.size()).isLessThan(whole.size());
    }

    @Test
    void each_side_is_measured_in_each_round_by_turns() throws Exception {
        List<String> lines = told("--quick", "--rounds=2", "--only=doorbell");

        assertThat(lines).contains("plan\t4").noneMatch(line -> line.startsWith("failed"));
        List<String[]> figures = lines.stream()
                .filter(line -> line.startsWith("figure"))
                .map(line -> line.split("\t", -1))
                .toList();
        assertThat(figures).extracting(words -> words[4]).containsExactly("java", "c", "java", "c");
        assertThat(figures)
                .allSatisfy(words -> assertThat(Double.parseDouble(words[5])).isBetween(0.1, 1e6));
    }

    @Test
    void an_operation_that_nobody_knows_gives_nothing() throws Exception {
        assertThat(told("--only=nonsense")).contains("plan\t0").noneMatch(line -> line.startsWith("figure"));
    }

    @Test
    void a_library_is_compiled_once_and_found_again() throws Exception {
        Path made = Baseline.compile(folder);

        assertThat(Baseline.compiled(folder)).contains(made);
        long time = Files.getLastModifiedTime(made).toMillis();
        assertThat(Baseline.compile(folder)).isEqualTo(made);
        assertThat(Files.getLastModifiedTime(made).toMillis()).isEqualTo(time);
        try (var files = Files.list(folder)) {
            assertThat(files).containsExactly(made);
        }
    }
}
