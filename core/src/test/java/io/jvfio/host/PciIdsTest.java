// SPDX-License-Identifier: Apache-2.0
package io.jvfio.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringReader;
import org.junit.jupiter.api.Test;

class PciIdsTest {
    private static final String LIST = """
            # comment

            1234  First Vendor
            \t11e8  Educational Device
            \t\t1af4 1100  A board
            \tzzzz  no id
            \t\t1af4 1101  below no id
            8086  Second Vendor
            \t10d3  Network Connection
            garbage
            \t10d4  below garbage
            12345  too long
            C 02  Network controller
            \t00  Ethernet controller
            \t\t01  an interface
            C ff  Unassigned class
            """;

    private final PciIds ids = read(LIST);

    private static PciIds read(String text) {
        try {
            return PciIds.read(new StringReader(text));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void vendors_and_devices_have_names() {
        assertThat(ids.vendor(0x1234)).contains("First Vendor");
        assertThat(ids.device(0x8086, 0x10d3)).contains("Network Connection");
        assertThat(ids.device(0x1234, 0x10d3)).isEmpty();
        assertThat(ids.vendor(0xffff)).isEmpty();
    }

    @Test
    void subsystems_have_names() {
        assertThat(ids.subsystem(0x1234, 0x11e8, 0x1af4, 0x1100)).contains("A board");
        assertThat(ids.subsystem(0x1234, 0x11e8, 0x1af4, 0x1101)).isEmpty();
    }

    @Test
    void classes_fall_back_to_the_base_class() {
        assertThat(ids.className(0x020000)).contains("Ethernet controller");
        assertThat(ids.className(0x028000)).contains("Network controller");
        assertThat(ids.className(0xff0000)).contains("Unassigned class");
        assertThat(ids.className(0x010802)).isEmpty();
    }

    @Test
    void what_is_below_garbage_belongs_to_nobody() {
        assertThat(ids.device(0x8086, 0x10d4)).isEmpty();
        assertThat(ids.vendor(0x12345)).isEqualTo(ids.vendor(0x2345)).isEmpty();
    }

    @Test
    void comments_and_blank_lines_end_nothing() {
        PciIds list = read("8086  A vendor\n\n# comment\n\t10d3  A device\r\n\n\t\t8086 0001  A board");
        assertThat(list.device(0x8086, 0x10d3)).contains("A device");
        assertThat(list.subsystem(0x8086, 0x10d3, 0x8086, 1)).contains("A board");
    }

    @Test
    void unknown_ids_have_no_name() {
        assertThat(read("ffff  Nobody\n").vendor(FunctionIds.UNKNOWN)).isEmpty();
        assertThat(read("C ff  All ones\n").className(FunctionIds.UNKNOWN)).isEmpty();
    }

    @Test
    void an_empty_list_has_no_name() {
        assertThat(PciIds.none().vendor(0x8086)).isEmpty();
        assertThat(read("").className(0x020000)).isEmpty();
    }
}
