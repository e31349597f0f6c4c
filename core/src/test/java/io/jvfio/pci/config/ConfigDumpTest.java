// SPDX-License-Identifier: Apache-2.0
package io.jvfio.pci.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jvfio.PciAddress;
import java.io.IOException;
import java.io.Reader;
import java.io.StringReader;
import java.util.List;
import org.junit.jupiter.api.Test;

class ConfigDumpTest {

    @Test
    void several_functions_are_read_with_their_descriptions() throws IOException {
        List<DumpedFunction> functions = read("""
                00:1f.3 SMBus: Intel Corporation 82801I
                00: 86 80 30 29 03 01 80 02 02 00 05 0c 00 00 00 00
                10: 04 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00

                10000:01:00.0 Ethernet controller
                00: ec 10 68 81
                """);

        assertThat(functions)
                .extracting(DumpedFunction::address)
                .containsExactly(PciAddress.parse("0000:00:1f.3"), PciAddress.parse("10000:01:00.0"));
        assertThat(functions.getFirst().description()).isEqualTo("SMBus: Intel Corporation 82801I");
        assertThat(functions.getFirst().config().size()).isEqualTo(32);
        assertThat(functions.getFirst().config().read32(0)).isEqualTo(0x29308086);
        assertThat(functions.getLast().config().known(0, 4)).isTrue();
        assertThat(functions.getLast().config().known(4, 1)).isFalse();
    }

    @Test
    void what_v_prints_between_is_passed_over() throws IOException {
        List<DumpedFunction> functions = read("""
                02:00.0 Ethernet controller: Intel Corporation
                \tControl: I/O+ Mem+
                \tCapabilities: [c8] Power Management version 2
                \t\tFlags: PMEClk- DSI+
                00: 86 80 d3 10
                \tKernel driver in use: e1000e
                100: 01 00 02 14
                """);

        assertThat(functions).singleElement().satisfies(function -> {
            assertThat(function.config().size()).isEqualTo(0x110);
            assertThat(function.config().read16(0x100)).isEqualTo(1);
            assertThat(function.config().known(0x40, 1)).isFalse();
        });
    }

    @Test
    void bytes_that_are_not_known_are_dashes() throws IOException {
        ConfigImage config = read("00:00.0 x\n00: 86 -- 80 12\n").getFirst().config();

        assertThat(config.known(0, 1)).isTrue();
        assertThat(config.known(1, 1)).isFalse();
        assertThat(config.read16(2)).isEqualTo(0x1280);
        assertThatThrownBy(() -> config.read16(0)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void no_text_is_too_odd() throws IOException {
        assertThat(read("")).isEmpty();
        assertThat(read("00: 86 80\n")).isEmpty();
        assertThat(read("00:00.0 nothing\n\n00:01.0 nothing either\n")).isEmpty();
        assertThat(read("00:20.0 no such device\n00: 12\n")).isEmpty();
        assertThat(read("00:00.0 far\nfff: 11 22 33\n").getFirst().config().size())
                .isEqualTo(4096);
        assertThat(read("00:00.0 " + "x".repeat(100_000) + "\r\n00: 12 34\r\n")).hasSize(1);
        assertThat(read("00:00.0 a\n00: 12 34 56 78 9a bc de f0 12 34 56 78 9a bc de f0 11\n"))
                .isEmpty();
    }

    @Test
    void a_dump_without_end_is_refused() {
        Reader endless = new Reader() {
            private final String text = "00:00.0 x\n00: 12\n";
            private int at;

            @Override
            public int read(char[] target, int offset, int length) {
                for (int i = 0; i < length; i++) {
                    target[offset + i] = text.charAt(at++ % text.length());
                }
                return length;
            }

            @Override
            public void close() {}
        };

        assertThatThrownBy(() -> ConfigDump.read(endless))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("16384");
    }

    private static List<DumpedFunction> read(String text) throws IOException {
        return ConfigDump.read(new StringReader(text));
    }
}
