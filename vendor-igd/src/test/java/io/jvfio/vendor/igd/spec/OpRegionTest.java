// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vendor.igd.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OpRegionTest {
    private static final Blob TABLE = WrittenVbts.of(250).build();
    private static final Blob SMALL =
            new VbtBuilder(200).platform("SMALL").block(254, new byte[4]).build();

    @ParameterizedTest
    @CsvSource({"1,0", "2,0", "2,1", "3,0"})
    void what_was_written_is_read(int major, int minor) {
        Blob bytes = new OpRegionBuilder(major, minor)
                .systemBios("TEST BIOS")
                .gopVersion("17.0.1070")
                .put(OpRegionField.DIDL, 3, 0x80000400L)
                .put(OpRegionField.FDSS, 0, 0x123456789aL)
                .put(OpRegionField.PFMB, 0, 0xcafe0102L)
                .vbt(TABLE)
                .region();

        OpRegion region = OpRegion.parse(bytes);

        assertThat(region.version()).isEqualTo(major + "." + minor);
        assertThat(region.size()).isEqualTo(OpRegion.SIZE);
        assertThat(region.systemBios()).isEqualTo("TEST BIOS");
        assertThat(region.gopVersion()).isEqualTo("17.0.1070");
        assertThat(region.mailboxes()).contains(Mailbox.ACPI, Mailbox.ASLE, Mailbox.VBT);
        assertThat(region.mailboxes().contains(Mailbox.SWSCI)).isEqualTo(major < 3);
        assertThat(OpRegionField.DIDL.of(bytes, 3)).isEqualTo(0x80000400L);
        assertThat(bytes.u32(0x12c)).isEqualTo(0x80000400L);
        assertThat(bytes.number(0x3aa, 8)).isEqualTo(0x123456789aL);
        assertThat(bytes.u32(0x396)).isEqualTo(0xcafe0102L);
        assertThat(region.table()).extracting(OpRegion.Placed::place).isEqualTo(OpRegion.Place.MAILBOX);
        assertThat(region.vbt().orElseThrow().bytes()).isEqualTo(TABLE);
        assertThat(region.findings()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"2,1,0x2000", "2,1,0x2400", "3,0,0x2000", "3,0,0x3000"})
    void a_relative_table_is_found(int major, int minor, String rvda) {
        OpRegionBuilder builder = new OpRegionBuilder(major, minor).vbtAt(Long.decode(rvda), TABLE);

        OpRegion region = OpRegion.parse(builder.memory());

        assertThat(region.table()).isNotNull();
        assertThat(region.table().offset()).isEqualTo(Long.decode(rvda));
        assertThat(region.vbt().orElseThrow().bytes()).isEqualTo(TABLE);
    }

    /** The table of layouts as vfio-pci was seen to show them. */
    @ParameterizedTest
    @CsvSource({"1,0,0x2000,1.0", "2,0,0x2000,2.0", "2,1,0x2000,2.1", "3,0,0x2000,3.0"})
    void the_kernel_leaves_a_table_in_mailbox_4_where_it_is(int major, int minor, String size, String version) {
        Blob seen = new OpRegionBuilder(major, minor).vbt(TABLE).presented();

        assertThat(seen.size()).isEqualTo(Integer.decode(size));
        OpRegion region = OpRegion.parse(seen);
        assertThat(region.version()).isEqualTo(version);
        assertThat(region.value(OpRegionField.RVDA)).isZero();
        assertThat(region.vbt().orElseThrow().bytes()).isEqualTo(TABLE);
    }

    @ParameterizedTest
    @CsvSource({"2,0,0x7fff12345000,2.1", "2,1,0x2000,2.1", "2,1,0x5000,2.1", "3,0,0x5000,3.0"})
    void the_kernel_puts_a_table_behind_the_mailboxes(int major, int minor, String rvda, String version) {
        Blob seen = new OpRegionBuilder(major, minor)
                .vbtAt(Long.decode(rvda), TABLE)
                .presented();

        assertThat(seen.size()).isEqualTo(OpRegion.SIZE + TABLE.size());
        OpRegion region = OpRegion.parse(seen);
        assertThat(region.version()).isEqualTo(version);
        assertThat(region.value(OpRegionField.RVDA)).isEqualTo(0x2000);
        assertThat(region.value(OpRegionField.RVDS)).isEqualTo(TABLE.size());
        assertThat(region.vbt().orElseThrow().bytes()).isEqualTo(TABLE);
    }

    @Test
    void the_kernel_clears_where_a_table_lies_that_version_1_cannot_have() {
        Blob seen = new OpRegionBuilder(1, 0).vbtAt(0x4000, TABLE).presented();

        assertThat(seen.size()).isEqualTo(OpRegion.SIZE);
        assertThat(OpRegionField.RVDA.of(seen, 0)).isZero();
        assertThat(OpRegionField.RVDS.of(seen, 0)).isEqualTo(TABLE.size());
    }

    @Test
    void a_table_at_an_address_of_the_host_is_a_finding() {
        Blob bytes = new OpRegionBuilder(2, 0)
                .vbt(SMALL)
                .vbtAt(0x7fff12345000L, TABLE)
                .memory();

        OpRegion region = OpRegion.parse(bytes);

        assertThat(region.findings()).singleElement().asString().contains("0x7fff12345000 of the host");
        assertThat(region.vbt().orElseThrow().platform()).isEqualTo("SMALL");
    }

    @Test
    void mailbox_4_serves_where_RVDA_leads_nowhere() {
        OpRegionBuilder builder = new OpRegionBuilder(2, 1).vbt(SMALL);

        OpRegion beyond = OpRegion.parse(builder.vbtAt(0x4000, TABLE).region());
        OpRegion nothing =
                OpRegion.parse(builder.vbtAt(0x2000, Blob.of(new byte[100])).memory());
        OpRegion inside = OpRegion.parse(builder.vbtAt(0x400, SMALL).region());

        assertThat(beyond.findings()).singleElement().asString().contains("not in these bytes");
        assertThat(beyond.vbt().orElseThrow().platform()).isEqualTo("SMALL");
        assertThat(nothing.findings()).singleElement().asString().contains("no video BIOS table where RVDA says");
        assertThat(nothing.vbt().orElseThrow().platform()).isEqualTo("SMALL");
        assertThat(inside.findings()).singleElement().asString().contains("overlaps");
        assertThat(inside.vbt()).isPresent();
    }

    @Test
    void a_long_table_takes_the_place_of_mailbox_5_unless_that_is_used() {
        Blob table = new VbtBuilder(200).block(254, new byte[0x1900]).build();

        assertThat(OpRegion.parse(new OpRegionBuilder(2, 0).vbt(table).region()).vbt())
                .isPresent();
        OpRegionBuilder full = new OpRegionBuilder(2, 0).mailbox(Mailbox.EDID);
        assertThatThrownBy(() -> full.vbt(table)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void what_linux_refuses_is_refused() {
        byte[] bytes = new OpRegionBuilder(2, 1).region().toArray();
        byte[] empty = bytes.clone();
        empty[OpRegion.SIZE_AT] = 0;
        byte[] unsigned = bytes.clone();
        unsigned[15] = 0;
        byte[] brief = Arrays.copyOf(bytes, 0x300);

        assertThatThrownBy(() -> OpRegion.parse(Blob.of(empty))).hasMessage("at 0x10: an OpRegion of no bytes");
        assertThatThrownBy(() -> OpRegion.parse(Blob.of(unsigned))).hasMessage("at 0x0: no OpRegion starts here");
        assertThatThrownBy(() -> OpRegion.parse(Blob.of(brief))).isInstanceOf(MalformedIgdException.class);
        OpRegion none = OpRegion.parse(Blob.of(bytes));
        assertThat(none.vbt()).isEmpty();
        assertThat(none.findings()).isEmpty();
    }

    @Test
    void every_field_is_where_no_other_is_and_inside() {
        byte[] bytes = new byte[OpRegion.SIZE];
        for (OpRegionField field : OpRegionField.values()) {
            boolean backlight = OpRegionField.of(Mailbox.BACKLIGHT).contains(field);
            for (int i = 0; i < field.count() && !backlight; i++) {
                assertThat(field.of(Blob.of(bytes), i)).as("%s", field).isZero();
                field.put(bytes, i, field.width() == 8 ? -1 : (1L << 8 * field.width()) - 1);
            }
        }
        assertThatThrownBy(() -> OpRegionField.DIDL.put(bytes, 8, 0)).isInstanceOf(IllegalArgumentException.class);
    }
}
