// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli.out;

import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.Durations;
import io.jvfio.Hex;
import io.jvfio.cli.command.Converters;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FormatTest {
    @ParameterizedTest
    @CsvSource({
        "0,0 ns",
        "999,999 ns",
        "1000,1.00 us",
        "12345,12.3 us",
        "123456,123 us",
        "1500000,1.50 ms",
        "22600000000,22.6 s",
        "100000000000,100 s"
    })
    void durations_have_three_digits(long nanos, String expected) {
        assertThat(Durations.text(Duration.ofNanos(nanos))).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "0,0 bytes",
        "256,256 bytes",
        "4096,4 KiB",
        "4097,4097 bytes",
        "1048576,1 MiB",
        "0x8000000000000000,8 EiB"
    })
    void sizes_are_exact(String bytes, String expected) {
        assertThat(Sizes.text(new Converters.Unsigned().convert(bytes))).isEqualTo(expected);
    }

    @Test
    void registers_show_all_their_digits() {
        assertThat(Hex.ofBits(0xed, 32)).isEqualTo("0x000000ed");
        assertThat(Hex.ofBits(-1, 64)).isEqualTo("0xffffffffffffffff");
        assertThat(Hex.of(0x20)).isEqualTo("0x20");
    }

    @Test
    void columns_are_aligned_and_empty_ones_left_out() {
        Table table = new Table("A", "B", "C");
        table.row("long cell", "", "x");
        table.row(null, null, "yy");

        assertThat(print(table)).isEqualToNormalizingNewlines("""
                A          C
                long cell  x
                -          yy
                """);
    }

    @Test
    void cells_cannot_steer_the_terminal() {
        Table table = new Table("A");
        table.row("\u001b[2Jname\n");

        assertThat(print(table).lines().skip(1)).containsExactly("?[2Jname?");
    }

    private static String print(Table table) {
        StringWriter text = new StringWriter();
        table.print(new PrintWriter(text), false);
        return text.toString();
    }
}
