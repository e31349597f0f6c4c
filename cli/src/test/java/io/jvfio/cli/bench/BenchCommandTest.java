// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.jvfio.cli.Run;
import io.jvfio.cli.command.CommandFailure;
import io.jvfio.cli.out.Json;
import io.jvfio.cli.out.Progress;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of the lines that the measuring process tells. */
class BenchCommandTest {
    private static final String[] ROUNDS = {
        "plan\t6",
        "figure\tmmio\tread32\t\tjava\t2.0\t0.0001",
        "figure\tmmio\tread32\t\tc\t1.0\t0.5",
        "figure\tmmio\tread32\t\tjava\t9.0\t0.002",
        "figure\tmmio\tread32\t\tc\t3.0\t0.5",
        "figure\tiommu\tfind\tlive=1000\tjava\t12345\t24",
        "failed\tnvme\tnvme_command\tbatch=32\tc\tno such queue",
        "note\tsomething to know",
        "a kind of a later version"
    };

    @TempDir
    private Path folder;

    private static Collector taken(String... lines) {
        Collector collector = new Collector();
        Arrays.stream(lines).map(line -> List.of(line.split("\t", -1))).forEach(collector::take);
        return collector;
    }

    private static String printed(BenchReport report) {
        StringWriter text = new StringWriter();
        report.table().print(new PrintWriter(text, true), false);
        return text.toString();
    }

    private Path saved(List<Measured> measured) throws IOException {
        String json = Json.object(false, fields -> new BenchReport("a machine", false, measured, null).write(fields));
        return Files.writeString(folder.resolve("before.json"), json);
    }

    @Test
    void the_ratio_is_that_of_each_round_and_not_of_the_medians() {
        List<Measured> measured = taken(ROUNDS).measured();

        assertThat(measured).hasSize(2);
        Measured.Against against = measured.getFirst().against().orElseThrow();
        assertThat(measured.getFirst().java().median()).isEqualTo(5.5, within(1e-9));
        assertThat(against.c().median()).isEqualTo(2.0, within(1e-9));
        assertThat(against.ratio()).isEqualTo(new Measured.Spread(2.5, 2.0, 3.0));
        assertThat(measured.getFirst().bytes()).isEqualTo(0.0001, within(1e-9));
        assertThat(measured.get(1).against()).isEmpty();
    }

    @Test
    void the_table_has_a_row_for_each_operation_and_failures_are_told() {
        Collector collector = taken(ROUNDS);

        assertThat(printed(new BenchReport("a machine", true, collector.measured(), null)))
                .containsPattern("mmio +read32 +5.50 ns +2.00 ns +2.50 \\[2.00..3.00\\] +0\\b")
                .containsPattern("iommu +find live=1000 +12.3 us +- +- +24")
                .doesNotContain("BEFORE");
        assertThat(collector.failed()).isEqualTo(1);
        assertThat(collector.notes())
                .containsExactly("nvme_command batch=32 in c failed: no such queue", "something to know");
        assertThat(collector.progress()).isEqualTo("5 of 6: find live=1000 in java");
    }

    @Test
    void where_there_is_no_terminal_each_operation_is_told_once() {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        Collector collector = new Collector();
        try (RunProgress progress = new RunProgress(new Progress(new PrintWriter(out), false), new PrintWriter(err))) {
            for (String line : ROUNDS) {
                collector.take(List.of(line.split("\t", -1)));
                progress.show(collector);
            }
        }

        assertThat(out.toString()).isEmpty();
        assertThat(err.toString().lines()).containsExactly("1 of 6: read32 in java", "5 of 6: find live=1000 in java");
    }

    @Test
    void on_a_terminal_there_is_one_line_that_goes_away() {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        try (RunProgress progress = new RunProgress(new Progress(new PrintWriter(out), true), new PrintWriter(err))) {
            progress.show(taken(ROUNDS));
            assertThat(out.toString())
                    .contains("5 of 6: find live=1000 in java")
                    .doesNotContain("\n");
        }

        assertThat(out.toString()).endsWith("\r\u001b[K");
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void markdown_and_the_page_show_the_same_figures_and_names_become_no_markup() {
        BenchReport report = new BenchReport(
                "a machine",
                true,
                taken("figure\ta\tb<script>\tn=1\tjava\t2.0\t-1").measured(),
                null);

        assertThat(report.markdown()).contains("| a | `b<script> n=1` | 2.00 ns |  |  |  |");
        assertThat(new MeasuredPage(report).html())
                .contains("b&lt;script&gt; n=1")
                .doesNotContain("b<script>");
    }

    @Test
    void the_page_plots_what_was_measured_with_several_numbers() {
        String[] lines = {
            "figure\ta\tb\tn=1\tjava\t2\t0", "figure\ta\tb\tn=2\tjava\t4\t0", "figure\ta\tb\tn=3\tjava\t8\t0"
        };

        assertThat(page(lines)).contains("<h2>b</h2>").contains("<polyline");
        assertThat(page(lines[0], lines[1])).doesNotContain("<polyline");
    }

    private static String page(String... lines) {
        return new MeasuredPage(new BenchReport("a machine", true, taken(lines).measured(), null)).html();
    }

    @Test
    void an_earlier_measurement_is_compared_by_ratio_or_else_by_time() throws IOException {
        List<Measured> before = taken(ROUNDS).measured();
        List<Measured> now = taken(
                        "figure\tmmio\tread32\t\tjava\t40\t0",
                        "figure\tmmio\tread32\t\tc\t8\t0",
                        "figure\tiommu\tfind\tlive=1000\tjava\t24690\t24",
                        "figure\tiommu\tfind\tlive=10\tjava\t1\t24")
                .measured();

        assertThat(printed(new BenchReport("a machine", true, now, BenchFile.read(saved(before)))))
                .containsPattern("read32 .* 5.50 ns, ratio 2.50 +x2.00")
                .containsPattern("live=1000 .* 12.3 us +x2.00")
                .containsPattern("live=10 .* - +-\n");
    }

    @Test
    void another_program_stands_where_c_does() {
        String[] lines = {
            "figure\tnvme\tnvme_read_beside_qemu\tdepth=32\tjava\t2000\t-1",
            "figure\tnvme\tnvme_read_beside_qemu\tdepth=32\tc\t1000\t-1",
            "figure\tnvme\tnvme_drive_beside_client\tdepth=1 percentile=99\tjava\t90000\t-1",
            "figure\tnvme\tnvme_drive_beside_client\tdepth=1 percentile=99\tc\t60000\t-1"
        };

        assertThat(printed(new BenchReport("a machine", true, taken(lines).measured(), null)))
                .containsPattern("nvme +nvme_read_beside_qemu depth=32 +2.00 us +1.00 us +2.00 ")
                .containsPattern("nvme +nvme_drive_beside_client depth=1 percentile=99 +90.0 us +60.0 us +1.50 ");
        assertThat(page(lines))
                .contains("nvme_read_beside_qemu depth=32</td><td>2.00 us</td><td>1.00 us</td>")
                .contains("has that program in C's place");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{}", "[1, 2", "{\"operations\": []}", "{\"operations\": [{\"java\": {\"median\": "})
    void a_file_without_a_measurement_is_refused(String content) throws IOException {
        Path file = Files.writeString(folder.resolve("odd.json"), content);

        assertThatThrownBy(() -> BenchFile.read(file))
                .isInstanceOf(CommandFailure.class)
                .hasMessageContaining("is not what 'jvfio bench --json' prints");
    }

    @ParameterizedTest
    @CsvSource({"0.267,0.27 ns", "9.999,10.0 ns", "99.96,100 ns", "999.6,1.00 us", "12345678,12.3 ms", "2.5e12,2500 s"})
    void times_have_three_digits(double nanos, String text) {
        assertThat(Measured.time(nanos)).isEqualTo(text);
    }

    @Test
    void wrong_words_are_refused_before_anything_is_measured() {
        Run run = new Run(folder);

        assertThat(run.execute("bench", "--rounds", "0")).isEqualTo(64);
        assertThat(run.err).contains("--rounds is 1 to 100");
        assertThat(run.execute("bench", "--compare", folder.resolve("none").toString()))
                .isEqualTo(1);
        assertThat(run.err).contains("none");
    }
}
