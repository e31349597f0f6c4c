// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static io.jvfio.internal.uapi.CLayouts.array;
import static io.jvfio.internal.uapi.CLayouts.flexible;
import static io.jvfio.internal.uapi.CLayouts.padding;
import static io.jvfio.internal.uapi.CLayouts.struct;
import static io.jvfio.internal.uapi.CLayouts.u16;
import static io.jvfio.internal.uapi.CLayouts.u32;
import static io.jvfio.internal.uapi.CLayouts.u64;
import static io.jvfio.internal.uapi.CLayouts.u8;
import static io.jvfio.internal.uapi.CLayouts.union;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Records that fit their struct, and those that do not: a mistake is an error before the first call. */
class StructTest {
    record Scalars(int devId, long userVa, int op, int bus) {}

    private static final Struct<Scalars> SCALARS = Struct.of(
            Scalars.class, u32("argsz", "dev_id"), u64("user_va"), u16("op"), u8("bus", "reserved"), padding(4));

    record Counted(List<Integer> fds) {}

    private static final Struct<Counted> COUNTED =
            Struct.of(Counted.class, u32("size", "nr_fds"), flexible("fds", JAVA_INT));

    @Test
    void each_component_is_at_the_member_of_its_name_and_the_rest_is_zero() {
        MemorySegment segment = MemorySegment.ofArray(new byte[25]).fill((byte) 0xff);

        SCALARS.fill(segment.asSlice(1), new Scalars(-2, Long.MIN_VALUE, 0xffff, 0x80));

        MemorySegment struct = segment.asSlice(1);
        assertThat(struct.get(JAVA_INT_UNALIGNED, 4)).isEqualTo(-2);
        assertThat(struct.get(JAVA_SHORT_UNALIGNED, 16)).isEqualTo((short) -1);
        assertThat(struct.asSlice(18).toArray(JAVA_BYTE)).containsExactly(0x80, 0, 0, 0, 0, 0);
        assertThat(SCALARS.read(struct)).isEqualTo(new Scalars(-2, Long.MIN_VALUE, 0xffff, 0x80));
    }

    @Test
    void argsz_is_the_size_of_the_segment_and_size_that_of_the_struct() {
        MemorySegment segment = MemorySegment.ofArray(new byte[32]);

        SCALARS.fill(segment, new Scalars(0, 0, 0, 0));
        assertThat(Argsz.of(segment)).isEqualTo(32);

        COUNTED.fill(segment, new Counted(List.of(5, 6)));
        assertThat(Argsz.of(segment)).isEqualTo(8);
    }

    @Test
    void a_struct_without_a_tail_gets_a_segment_of_its_size() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment segment = SCALARS.allocate(arena, new Scalars(1, 2, 3, 4));
            assertThat(segment.byteSize()).isEqualTo(SCALARS.byteSize()).isEqualTo(24);
            assertThat(Argsz.of(segment)).isEqualTo(24);
        }
    }

    @Test
    void a_list_has_its_length_in_the_count_and_its_elements_behind_the_struct() {
        MemorySegment segment = MemorySegment.ofArray(new byte[16]);
        COUNTED.fill(segment, new Counted(List.of(5, -1)));

        assertThat(segment.toArray(JAVA_INT_UNALIGNED)).containsExactly(8, 2, 5, -1);
        assertThat(COUNTED.read(segment)).isEqualTo(new Counted(List.of(5, -1)));
        assertThatThrownBy(() -> COUNTED.read(segment.asSlice(0, 12)))
                .isInstanceOf(MalformedStructException.class)
                .hasMessageContaining("counted.fds has 0x2");
        assertThatThrownBy(() -> COUNTED.fill(segment, new Counted(List.of(1, 2, 3))))
                .isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void a_segment_that_is_too_short_is_refused() {
        MemorySegment segment = MemorySegment.ofArray(new byte[23]);
        assertThatThrownBy(() -> SCALARS.read(segment))
                .isInstanceOf(MalformedStructException.class)
                .hasMessageContaining("scalars")
                .hasMessageContaining("0x17");
        Scalars zero = new Scalars(0, 0, 0, 0);
        assertThatThrownBy(() -> SCALARS.fill(segment, zero)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void values_that_do_not_fit_are_refused() {
        MemorySegment segment = MemorySegment.ofArray(new byte[24]);
        for (Scalars wide : List.of(
                new Scalars(0, 0, 0x10000, 0),
                new Scalars(0, 0, -1, 0),
                new Scalars(0, 0, 0, 0x100),
                new Scalars(0, 0, 0, -1))) {
            assertThatThrownBy(() -> SCALARS.fill(segment, wide)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    record Strict(int id) {
        Strict {
            if (id == 0) {
                throw new IllegalStateException("no id");
            }
        }
    }

    @Test
    void what_a_constructor_throws_comes_through() {
        Struct<Strict> struct = Struct.of(Strict.class, u32("id"));
        assertThatThrownBy(() -> struct.read(MemorySegment.ofArray(new byte[4])))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("no id");
    }

    record OneId(int devId) {}

    @Test
    void a_component_without_a_member_is_an_error() {
        assertRefused(OneId.class, "component devId of OneId", "dev_id in one_id", u32("size", "devid"));
    }

    @Test
    void a_member_without_a_component_is_an_error() {
        assertRefused(OneId.class, "member flags of one_id", "OneId", u32("size", "dev_id", "flags"));
        assertRefused(OneId.class, "member size of one_id", "OneId", u32("dev_id", "size"));
        assertRefused(OneId.class, "member argsz of one_id", "OneId", u32("dev_id", "argsz"));
        assertRefused(OneId.class, "member size of one_id", "OneId", u64("size"), u32("dev_id"), padding(4));
        assertRefused(OneId.class, "member count of one_id", "OneId", u32("dev_id", "count"));
    }

    @Test
    void a_component_of_another_width_than_its_member_is_an_error() {
        assertRefused(OneId.class, "component devId of OneId", "member dev_id of one_id: int for", u64("dev_id"));
        assertRefused(OneId.class, "component devId", "member dev_id", array("dev_id", 1, JAVA_INT));
        assertRefused(OneId.class, "component devId", "member dev_id", union("dev_id", u64("a", "b")));
        assertRefused(OneLong.class, "component iova of OneLong", "member iova of one_long: long for", u32("iova"));
    }

    record OneLong(long iova) {}

    record Longs(List<Long> idr) {}

    record Listed(List<OneLong> ranges) {}

    @Test
    void a_list_of_other_elements_or_without_a_length_is_an_error() {
        assertRefused(Longs.class, "component idr of Longs", "member idr of longs", array("idr", 6, JAVA_INT));
        assertRefused(Listed.class, "component ranges", "member ranges", array("ranges", 2, JAVA_LONG));
        assertRefused(Longs.class, "longs", "the length of idr", u32("size", "pad"), flexible("idr", JAVA_LONG));
        assertRefused(Longs.class, "longs", "the length of idr", u64("count"), flexible("idr", JAVA_LONG));
    }

    record Outer(OneLong range) {}

    @Test
    void a_struct_within_a_struct_has_to_fit_its_own_record() {
        Struct<OneId> id = Struct.of(OneId.class, u32("dev_id"));
        assertRefused(Outer.class, "component iova of OneLong", "iova in range", struct("range", id));
        assertRefused(OneId.class, "component devId of OneId", "member dev_id", struct("dev_id", id));
    }

    private static void assertRefused(
            Class<? extends Record> type, String one, String other, MemoryLayout[]... members) {
        assertThatThrownBy(() -> Struct.of(type, members))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(one)
                .hasMessageContaining(other);
    }
}
