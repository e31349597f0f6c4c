// SPDX-License-Identifier: Apache-2.0
package io.jvfio.benchmarks.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What programs say of their reads. */
class PeerFiguresTest {
    private static final String QEMU = """
            Sending 2000 read requests, 4096 bytes each, 32 in parallel (starting at offset 0, step size 1052672)
            Run completed in 0.500 seconds.
            """;

    @Test
    void qemu_says_how_long_all_took() {
        assertThat(PeerFigures.ofQemuImg(QEMU, 2000)).isEqualTo(new PeerFigures(250_000, -1));
    }

    @Test
    void fio_says_what_it_read_and_for_how_long() {
        assertThat(PeerFigures.ofFio("fio: a word of warning\n" + fio(0, 8000, 2000))
                        .nanos())
                .isEqualTo(1e6, within(1e-3));
    }

    private static String fio(int error, int kib, int millis) {
        return "3;fio-3.39;jvfio;0;" + error + ";" + kib + ";4000;1000;" + millis + ";0".repeat(120) + "\n";
    }

    @Test
    void an_error_of_fio_is_no_figure() {
        assertThatThrownBy(() -> PeerFigures.ofFio(fio(5, 8000, 2000))).hasMessage("fio had error 5");
    }

    @Test
    void spdk_has_a_total_and_a_summary_of_the_latency() {
        PeerFigures figures = PeerFigures.ofClient(ReadingClient.spdk(50_000, 71.68));

        assertThat(figures.nanos()).isEqualTo(20_000, within(1e-6));
        assertThat(figures.p99()).isEqualTo(71_680, within(1e-6));
    }

    @Test
    void the_worst_percentile_of_several_namespaces_counts() {
        String two = ReadingClient.spdk(50_000, 71.68) + " 99.00000% :   101.500us\n";

        assertThat(PeerFigures.ofClient(two).p99()).isEqualTo(101_500, within(1e-6));
    }

    @Test
    void spdk_without_its_summary_says_too_little() {
        assertThatThrownBy(() ->
                        PeerFigures.ofClient(ReadingClient.spdk(50_000, 71.68).replaceAll(" 99\\.0.*", "")))
                .hasMessageContaining("nothing of 99 %");
    }

    @Test
    void a_last_line_of_two_numbers_will_do() {
        PeerFigures figures = PeerFigures.ofClient("warming up\n3.5 1.5\n100000 12.5\n\n");

        assertThat(figures.nanos()).isEqualTo(10_000, within(1e-6));
        assertThat(figures.p99()).isEqualTo(12_500, within(1e-6));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "no controller there", "0 12.5", "100000", "Total : 0.00 0.00 0.00 0.00 0.00\n99.0% : 1us"})
    void other_words_are_no_figures(String output) {
        assertThatThrownBy(() -> PeerFigures.ofClient(output))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no figures");
        assertThatThrownBy(() -> PeerFigures.ofQemuImg(output, 1)).hasMessageContaining("no figures");
        assertThatThrownBy(() -> PeerFigures.ofFio(output)).hasMessageContaining("no figures");
    }
}
