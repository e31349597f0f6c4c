// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vendor.igd.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.FieldSource;

class VbtTest {
    static final List<Integer> VERSIONS = WrittenVbts.VERSIONS;

    private static final int NEW = 250;

    @ParameterizedTest
    @FieldSource("VERSIONS")
    void what_was_written_is_read(int version) {
        Vbt vbt = Vbt.parse(WrittenVbts.of(version).build());

        assertThat(vbt.platform()).isEqualTo("BOARD" + version);
        assertThat(vbt.checksum()).isTrue();
        Bdb bdb = vbt.bdb();
        assertThat(bdb.version()).isEqualTo(version);
        assertThat(bdb.findings()).isEmpty();
        GeneralDefinitions definitions = bdb.definitions().orElseThrow();
        assertThat(definitions.childSize()).isEqualTo(ChildDevice.size(version));
        assertThat(definitions.children()).extracting(ChildDevice::handleName).containsExactly("LFP1", "EFP1", "EFP2");
        assertThat(bdb.panelOptions().orElseThrow().panelType()).isEqualTo(version % 3);
        assertThat(bdb.panels())
                .hasSize(16)
                .startsWith(WrittenVbts.panel(
                        "BOARD-PANEL",
                        7 + version,
                        new Timing(
                                138_700,
                                new Timing.Axis(1920, 160, 48, 32, 309, true),
                                new Timing.Axis(1080, 31, 3, 5, 174, false))));
        assertThat(bdb.panels().get(1).timing().refreshMillihertz()).isEqualTo(59_952);
        assertThat(bdb.panels().get(3).timing().used()).isFalse();
        assertThat(bdb.backlights())
                .hasSize(16)
                .startsWith(Backlight.pwm(version, 200 + version, 6, 255), Backlight.pwm(version, 1000, 12, 200));
        assertThat(bdb.timings()).hasSize(version >= 229 ? 2 : 0);
    }

    @Test
    void an_output_has_names() {
        ChildDevice child = Vbt.parse(WrittenVbts.of(NEW).build())
                .bdb()
                .definitions()
                .orElseThrow()
                .children()
                .get(0);

        assertThat(child.typeName()).isEqualTo("eDP");
        assertThat(child.portName()).isEqualTo("DP-A");
        assertThat(child.auxName()).isEqualTo("A");
        assertThat(ChildDevice.of(NEW, Map.of(ChildDevice.DEVICE_TYPE, 0x60d6L)).typeName())
                .isEqualTo("DP++");
        assertThat(ChildDevice.of(NEW, Map.of(ChildDevice.HANDLE, 1L)).handleName())
                .isEqualTo("EFP6");
        assertThat(ChildDevice.of(155, Map.of(ChildDevice.HANDLE, 1L)).handleName())
                .isEqualTo("CRT");
        assertThat(ChildDevice.of(200, Map.of(ChildDevice.HANDLE, 2L)).handleName())
                .isEqualTo("TV");
        assertThat(ChildDevice.of(215, Map.of(ChildDevice.HANDLE, 2L)).handleName())
                .isEqualTo("EFP5");
    }

    @ParameterizedTest
    @CsvSource({"100,22", "106,27", "111,33", "195,37", "196,38", "216,39", "256,40", "263,44", "300,44"})
    void the_size_of_an_output_depends_on_the_version(int version, int size) {
        assertThat(ChildDevice.size(version)).isEqualTo(size);
    }

    @Test
    void fields_keep_what_is_beside_them() {
        byte[] bytes = {-1, -1, -1, -1};
        IgdField.of("middle", 0, 4).part(6, 12).put(bytes, 0, 0x5a5);

        assertThat(IgdField.of("all", 0, 4).of(Blob.of(bytes))).isEqualTo(0xffffffffL & ~(0xfffL << 6) | 0x5a5L << 6);
        assertThatThrownBy(() -> IgdField.of("byte", 0, 1).put(bytes, 0, 256))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void an_old_checksum_is_told_and_no_more() {
        byte[] bytes = WrittenVbts.of(NEW).build().toArray();
        bytes[Vbt.CHECKSUM]++;

        assertThat(Vbt.parse(Blob.of(bytes)).checksum()).isFalse();
    }

    @Test
    void a_block_beyond_the_end_is_left_out() {
        byte[] bytes = WrittenVbts.of(NEW).build().toArray();
        bytes[bytes.length - 3 - 2] = 9;

        Bdb bdb = Vbt.parse(Blob.of(bytes)).bdb();

        assertThat(bdb.block(254)).isEmpty();
        assertThat(bdb.findings()).singleElement().asString().contains("block 254 of 9 bytes");
        assertThat(bdb.panels()).hasSize(16);
    }

    @ParameterizedTest
    @CsvSource({
        "24,0,less than its header",
        "25,127,bytes are needed",
        "28,0,no BIOS data block",
        "29,127,not inside",
        "69,127,bytes are needed",
        "66,3,with a header of 3",
        "0,32,no video BIOS table"
    })
    void what_linux_refuses_is_refused(int offset, int value, String reason) {
        byte[] bytes = WrittenVbts.of(NEW).build().toArray();
        bytes[offset] = (byte) value;
        if (offset == 24) {
            bytes[25] = 0;
        }

        assertThatThrownBy(() -> Vbt.parse(Blob.of(bytes)))
                .isInstanceOf(MalformedIgdException.class)
                .hasMessageContaining(reason);
    }

    @ParameterizedTest
    @CsvSource({"33", "38", "50"})
    void outputs_of_other_sizes_are_read(int size) {
        byte[] block = new byte[5 + 2 * size];
        block[4] = (byte) size;
        block[5 + size + 2] = 0x10;
        block[5 + size + 16] = 3;

        assertThat(outputs(block))
                .singleElement()
                .extracting(ChildDevice::portName)
                .isEqualTo("HDMI-D");
    }

    @Test
    void outputs_of_22_bytes_are_refused() {
        byte[] block = new byte[5 + 22];
        block[4] = 22;

        assertThatThrownBy(() -> outputs(block))
                .isInstanceOf(MalformedIgdException.class)
                .hasMessageContaining("22 bytes");
        assertThat(outputs(new byte[2])).isEmpty();
    }

    private static List<ChildDevice> outputs(byte[] block) {
        Blob table =
                new VbtBuilder(NEW).block(BdbBlock.GENERAL_DEFINITIONS, block).build();
        return Vbt.parse(table).bdb().definitions().orElseThrow().children();
    }

    @Test
    void of_two_blocks_with_one_id_the_first_counts() {
        Blob table = new VbtBuilder(NEW)
                .block(40, new byte[] {3})
                .block(41, new byte[] {4})
                .build();
        byte[] bytes = table.toArray();
        bytes[Vbt.HEADER_SIZE + Bdb.HEADER_SIZE + Bdb.BLOCK_HEADER + 1] = 40;

        assertThat(Vbt.parse(Blob.of(bytes)).bdb().panelOptions().orElseThrow().panelType())
                .isEqualTo(3);
    }

    @Test
    void a_mipi_sequence_since_version_3_says_its_size_itself() {
        byte[] block = new byte[20];
        block[0] = 3;
        block[1] = 20;
        byte[] bytes = new VbtBuilder(NEW)
                .block(53, block)
                .block(60, new byte[1])
                .build()
                .toArray();
        int header = Vbt.HEADER_SIZE + Bdb.HEADER_SIZE;
        bytes[header + 1] = 7;

        assertThat(Vbt.parse(Blob.of(bytes)).bdb().blocks())
                .extracting(BdbBlock::id, each -> each.data().size())
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple(53, 20), org.assertj.core.groups.Tuple.tuple(60, 1));
    }

    @Test
    void panels_are_found_without_pointers_since_version_155() {
        byte[] bytes = WrittenVbts.of(NEW).build().toArray();
        int at = indexOf(bytes, BdbBlock.LFP_DATA_POINTERS);
        bytes[at] = 99;
        byte[] old = bytes.clone();
        old[Vbt.HEADER_SIZE + Bdb.VERSION] = (byte) 150;

        assertThat(Vbt.parse(Blob.of(bytes)).bdb().panels().get(1).name()).isEqualTo("SMALL");
        Bdb before = Vbt.parse(Blob.of(old)).bdb();
        assertThatThrownBy(before::panels).isInstanceOf(MalformedIgdException.class);
    }

    @Test
    void the_size_of_timings_counts_all_their_bytes_or_leaves_out_the_last_six() {
        byte[] bytes = WrittenVbts.of(NEW).build().toArray();
        List<Panel> panels = Vbt.parse(Blob.of(bytes)).bdb().panels();
        int pointers = indexOf(bytes, BdbBlock.LFP_DATA_POINTERS) + Bdb.BLOCK_HEADER;
        for (int i = 0; i < PanelTable.PANELS; i++) {
            assertThat(bytes[pointers + 3 + i * 9]).isEqualTo((byte) 32);
            bytes[pointers + 3 + i * 9] = 38;
        }

        assertThat(Vbt.parse(Blob.of(bytes)).bdb().panels()).isEqualTo(panels);
    }

    @Test
    void a_timing_ends_with_ones() {
        byte[] bytes = WrittenVbts.of(NEW).build().toArray();
        bytes[indexOf(bytes, BdbBlock.LFP_DATA) + Bdb.BLOCK_HEADER + 66 + 37] = 0;
        Bdb bdb = Vbt.parse(Blob.of(bytes)).bdb();

        assertThatThrownBy(bdb::panels)
                .isInstanceOf(MalformedIgdException.class)
                .hasMessageContaining("timing of panel 1");
    }

    @Test
    void old_pointers_are_shorter_and_lead_to_no_names() {
        byte[] bytes = WrittenVbts.of(NEW).build().toArray();
        int pointers = indexOf(bytes, BdbBlock.LFP_DATA_POINTERS) + Bdb.BLOCK_HEADER;
        bytes[pointers + 147] = 0;

        assertThat(Vbt.parse(Blob.of(bytes)).bdb().panels())
                .hasSize(16)
                .allSatisfy(panel -> assertThat(panel.name()).isEmpty());
    }

    @ParameterizedTest
    @CsvSource({
        "0,4,4 pointers",
        "3,31,timings of 31",
        "6,17,DTDs of 17",
        "9,11,PnP ids of 11",
        "10,0,bytes apart",
        "19,1,not laid out",
        "147,9,names of 9"
    })
    void pointers_that_linux_refuses_are_refused(int offset, int value, String reason) {
        byte[] bytes = WrittenVbts.of(NEW).build().toArray();
        bytes[indexOf(bytes, BdbBlock.LFP_DATA_POINTERS) + Bdb.BLOCK_HEADER + offset] = (byte) value;
        Bdb bdb = Vbt.parse(Blob.of(bytes)).bdb();

        assertThatThrownBy(bdb::panels)
                .isInstanceOf(MalformedIgdException.class)
                .hasMessageContaining(reason);
    }

    private static int indexOf(byte[] bytes, int id) {
        int at = Vbt.HEADER_SIZE + Bdb.HEADER_SIZE;
        while (bytes[at] != id) {
            at += Bdb.BLOCK_HEADER + Blob.of(bytes).u16(at + 1);
        }
        return at;
    }

    @Test
    void what_has_no_room_is_not_written() {
        assertThatThrownBy(() -> new VbtBuilder(NEW).block(1, new byte[0x10000]).build())
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() ->
                        new VbtBuilder(NEW).platform("LONGER-THAN-15-LETTERS").build())
                .isInstanceOf(IllegalArgumentException.class);
        Timing.Axis wide = new Timing.Axis(5000, 100, 10, 10, 0, true);
        VbtBuilder builder = new VbtBuilder(NEW).panel(WrittenVbts.panel("X", 1, new Timing(1000, wide, wide)));
        assertThatThrownBy(builder::build).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void two_blobs_are_equal_if_their_bytes_are() {
        Blob whole = Blob.of(new byte[] {1, 2, 1, 2});

        assertThat(whole.slice(0, 2)).isEqualTo(whole.from(2)).hasSameHashCodeAs(whole.from(2));
        assertThat(whole.from(2).origin()).isEqualTo(2);
        assertThat(Arrays.equals(whole.toArray(), new byte[] {1, 2, 1, 2})).isTrue();
        assertThatThrownBy(() -> whole.from(2).u16(1))
                .isInstanceOf(MalformedIgdException.class)
                .hasMessage("at 0x3: 2 bytes are needed and 1 are there");
    }
}
