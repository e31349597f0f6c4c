// SPDX-License-Identifier: Apache-2.0
package io.jvfio.platform.zpci.spec;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.nio.ByteOrder.BIG_ENDIAN;
import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jvfio.device.DeviceInfo;
import io.jvfio.device.InfoCapability;
import io.jvfio.iommu.IovaRange;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Capabilities as bytes: those of a real machine, those of other versions, and the same in the other byte order. */
class CapabilitiesTest {
    private static final BaseCapability BASE = new BaseCapability(
            3, 0x1_0000_0000L, 0x1_ffff_ffffL, 0x1234, 0x0102, 0x60, 0x0b, 0x20, 0x8102_0304, ErrorRecord.SIZE);
    private static final GroupCapability GROUP =
            new GroupCapability(2, 0x3f_ffff_ffffL, 0xfe00_0000_0000_0000L, 1, 4000, 8, 128, 1, 0x1fff);

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    @Test
    void what_a_real_machine_showed_is_read_field_by_field() {
        BaseCapability base = BaseCapability.parse(Observed.bytes(Observed.BASE), BIG_ENDIAN);
        assertThat(base)
                .isEqualTo(new BaseCapability(2, 0x1_0000_0000L, 0x1_7fff_ffffL, 0, 0, 0, 0, 0xff, 0x8002_0000, 0));
        assertThat(base.aperture()).isEqualTo(new IovaRange(0x1_0000_0000L, 0x1_7fff_ffffL));
        assertThat(base.enabled()).isTrue();
        GroupCapability group = GroupCapability.parse(Observed.bytes(Observed.GROUP), BIG_ENDIAN);
        assertThat(group)
                .isEqualTo(new GroupCapability(
                        2, 0, 0xfe00_0000_0000_0000L, GroupCapability.REFRESH, 4000, 128, 128, 0, 128));
        PfipCapability pfip = PfipCapability.parse(Observed.bytes(Observed.PFIP), BIG_ENDIAN);
        assertThat(pfip.segments()).containsExactly(0, 0, 0, 0);
        assertThat(pfip).hasToString("00.00.00.00");
    }

    /** Each version, in bytes written by hand, in the order of a machine of IBM's and in the other. */
    @Test
    void versions_of_BASE_have_what_they_had() {
        String first = "0001 0001 00000000 0000000100000000 00000001ffffffff 1234 0102 0060 0b 20";
        String turned = "0100 0100 00000000 0000000001000000 ffffffff01000000 3412 0201 6000 0b 20";
        List<String> big = List.of(first, first + "81020304", first + "81020304 00000020");
        List<String> little = List.of(turned, turned + "04030281", turned + "04030281 20000000");
        for (int version = 1; version <= 3; version++) {
            BaseCapability expected = new BaseCapability(
                    version,
                    BASE.startDma(),
                    BASE.endDma(),
                    BASE.pchid(),
                    BASE.vfn(),
                    BASE.fmbLength(),
                    BASE.pft(),
                    BASE.gid(),
                    version < BaseCapability.WITH_HANDLE ? 0 : BASE.fh(),
                    version < BaseCapability.WITH_ERRORS ? 0 : ErrorRecord.SIZE);
            for (ByteOrder order : List.of(BIG_ENDIAN, LITTLE_ENDIAN)) {
                MemorySegment bytes = Observed.bytes((order == BIG_ENDIAN ? big : little).get(version - 1));
                bytes.set(JAVA_BYTE, order == BIG_ENDIAN ? 3 : 2, (byte) version);
                assertThat(BaseCapability.parse(bytes, order)).isEqualTo(expected);
                assertThat(hex(expected.bytes(order))).isEqualTo(hex(bytes.toArray(JAVA_BYTE)));
            }
        }
    }

    @Test
    void versions_of_GROUP_have_what_they_had() {
        String first = "0002 0001 00000000 0000003fffffffff fe00000000000000 0000000000000001 0fa0 0008 0080 01 00";
        String turned = "0200 0100 00000000 ffffffff3f000000 00000000000000fe 0100000000000000 a00f 0800 8000 01 00";
        GroupCapability older = new GroupCapability(1, GROUP.dasm(), GROUP.msiAddress(), 1, 4000, 8, 128, 1, 0);
        assertThat(GroupCapability.parse(Observed.bytes(first), BIG_ENDIAN)).isEqualTo(older);
        assertThat(GroupCapability.parse(Observed.bytes(turned), LITTLE_ENDIAN)).isEqualTo(older);
        assertThat(hex(older.bytes(BIG_ENDIAN))).isEqualTo(first.replace(" ", ""));
        assertThat(hex(older.bytes(LITTLE_ENDIAN))).isEqualTo(turned.replace(" ", ""));
        String second = first.replace("0002 0001", "0002 0002") + "1fff 000000000000";
        assertThat(GroupCapability.parse(Observed.bytes(second), BIG_ENDIAN)).isEqualTo(GROUP);
        assertThat(hex(GROUP.bytes(BIG_ENDIAN))).isEqualTo(second.replace(" ", ""));
    }

    @Test
    void the_version_counts_and_so_do_the_bytes_that_are_there() {
        byte[] newest = BASE.bytes(BIG_ENDIAN);
        newest[3] = 1;
        assertThat(BaseCapability.parse(MemorySegment.ofArray(newest), BIG_ENDIAN)
                        .fh())
                .isZero();
        newest[3] = 3;
        BaseCapability cut = BaseCapability.parse(MemorySegment.ofArray(newest).asSlice(0, 36), BIG_ENDIAN);
        assertThat(cut.version()).isEqualTo(2);
        assertThat(cut.fh()).isEqualTo(BASE.fh());
        assertThat(cut.ccdfErrLength()).isZero();
    }

    @Test
    void a_version_of_the_future_is_read_as_the_newest_that_is_known() {
        MemorySegment longer = MemorySegment.ofArray(new byte[64]);
        longer.fill((byte) 0xee);
        longer.copyFrom(MemorySegment.ofArray(BASE.bytes(LITTLE_ENDIAN)));
        longer.set(JAVA_BYTE, 2, (byte) 9);
        assertThat(BaseCapability.parse(longer, LITTLE_ENDIAN)).isEqualTo(BASE);
    }

    @Test
    void utility_strings_are_EBCDIC_and_shown_in_hex_where_they_are_not_text() {
        UtilityString text = UtilityString.of("ROCE-Port 1 [a|b]");
        assertThat(text.text()).contains("ROCE-Port 1 [a|b]");
        assertThat(text.ebcdic()).hasSize(UtilityString.LENGTH).startsWith(0xd9, 0xd6, 0xc3, 0xc5, 0x60, 0xd7);
        for (ByteOrder order : List.of(BIG_ENDIAN, LITTLE_ENDIAN)) {
            byte[] bytes = text.bytes(order);
            assertThat(bytes).hasSize(12 + UtilityString.LENGTH);
            assertThat(UtilityString.parse(MemorySegment.ofArray(bytes), order)).isEqualTo(text);
        }
        assertThat(UtilityString.of(new byte[64]).isBlank()).isTrue();
        assertThat(UtilityString.of("").isBlank()).isTrue();
        assertThat(UtilityString.of("")).hasToString("").isNotEqualTo(UtilityString.of(new byte[64]));
        UtilityString none = UtilityString.of(new byte[] {(byte) 0xc1, 0, (byte) 0xc2});
        assertThat(none.text()).isEmpty();
        assertThat(none).hasToString("c100c2");
        assertThatThrownBy(() -> UtilityString.of("\u00fc")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> UtilityString.of("x".repeat(65))).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void a_path_has_as_many_segments_as_it_says() {
        PfipCapability odd = new PfipCapability(List.of(1, 0x80, 0xff));
        assertThat(hex(odd.bytes(BIG_ENDIAN))).isEqualTo("0004000100000000" + "00000003" + "0180ff");
        assertThat(PfipCapability.parse(MemorySegment.ofArray(odd.bytes(LITTLE_ENDIAN)), LITTLE_ENDIAN))
                .isEqualTo(odd);
        assertThatThrownBy(() -> new PfipCapability(List.of(0x100))).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0001 0003 0000", // no header
                "0002 0003 00000000 0000000000000000 0000000000000000 0000000000000000", // another id
                "0001 0000 00000000 0000000000000000 0000000000000000 0000000000000000", // version 0
                "0001 0001 00000000 0000000000000000 0000000000000000 00000000000000", // a byte short
                "0001 0001 00000000 0000000100000000 00000000ffffffff 0000000000000000" // ends before it starts
            })
    void what_is_no_BASE_is_refused(String hex) {
        assertThatThrownBy(() -> BaseCapability.parse(Observed.bytes(hex), BIG_ENDIAN))
                .isInstanceOf(MalformedZpciException.class)
                .hasMessageContaining("BASE");
    }

    @Test
    void strings_longer_than_their_capability_are_refused() {
        assertThatThrownBy(
                        () -> PfipCapability.parse(Observed.bytes("0004 0001 00000000 00000005 00000000"), BIG_ENDIAN))
                .isInstanceOf(MalformedZpciException.class)
                .hasMessageContaining("PFIP");
        assertThatThrownBy(() -> UtilityString.parse(Observed.bytes("0003 0001 00000000 ffffffff 40"), BIG_ENDIAN))
                .isInstanceOf(MalformedZpciException.class)
                .hasMessageContaining("UTIL");
    }

    @Test
    void numbers_that_do_not_fit_are_not_written() {
        assertThatThrownBy(() -> new BaseCapability(4, 0, 0, 0, 0, 0, 0, 0, 0, 0))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new BaseCapability(3, 1, 0, 0, 0, 0, 0, 0, 0, 0))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new GroupCapability(0, 0, 0, 0, 0, 0, 0, 0, 0))
                .isInstanceOf(IllegalArgumentException.class);
        BaseCapability wide = new BaseCapability(3, 0, 0, 0x1_0000, 0, 0, 0, 0, 0, 0);
        assertThatThrownBy(() -> wide.bytes(BIG_ENDIAN)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void a_device_shows_them_in_its_chain_in_any_order_and_between_others() {
        ZpciCapabilities all =
                new ZpciCapabilities(BASE, GROUP, UtilityString.of("x"), new PfipCapability(List.of(1, 2, 3, 4)));
        List<InfoCapability> shown = new java.util.ArrayList<>(all.toList().reversed());
        shown.add(1, new InfoCapability(0x77, 1, MemorySegment.ofArray(new byte[8])));
        assertThat(ZpciCapabilities.of(new DeviceInfo(0, 9, 5, shown))).contains(all);
        ZpciCapabilities least = new ZpciCapabilities(BASE.withHandle(7), null, null, null);
        assertThat(ZpciCapabilities.of(new DeviceInfo(0, 9, 5, least.toList()))).contains(least);
        assertThat(ZpciCapabilities.of(new DeviceInfo(0, 9, 5, List.of(GROUP.capability()))))
                .isEmpty();
    }
}
