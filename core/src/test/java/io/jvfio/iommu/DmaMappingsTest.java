// SPDX-License-Identifier: Apache-2.0
package io.jvfio.iommu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jvfio.Errno;
import io.jvfio.VfioException;
import io.jvfio.internal.sys.Allocations;
import io.jvfio.iommu.DmaPin.Result;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class DmaMappingsTest {
    private static final long PAGE = 0x1000;
    private static final MapRequest ANYWHERE = MapRequest.defaults();

    private final Arena arena = Arena.ofShared();
    private final TickingClock clock = new TickingClock();
    private final DmaRegistry registry = DmaRegistry.of(
            DmaRegistry.Settings.defaults("test space")
                    .withUnmapTimeout(Duration.ofMillis(20))
                    .withHistory(4)
                    .withClock(clock),
            List.of(IovaRange.ALL),
            PAGE);
    private final DmaPin pin = new DmaPin();

    @AfterEach
    void free() {
        pin.close();
        registry.close();
        arena.close();
    }

    @Test
    void a_snapshot_does_not_change() {
        DmaMappings before = registry.mappings();
        DmaMapping mapping = map(0x1000, 1);
        DmaMappings between = registry.mappings();
        mapping.close();

        assertThat(before.size()).isZero();
        assertThat(between.find(0x1000)).isSameAs(mapping);
        assertThat(registry.mappings().size()).isZero();
    }

    @Test
    void mappings_are_listed_by_address_as_unsigned_numbers() {
        DmaMapping top = map(-PAGE, 1);
        DmaMapping low = map(0x1000, 1);
        DmaMapping middle = map(Long.MIN_VALUE, 1);
        List<DmaMapping> seen = new ArrayList<>();

        registry.mappings().forEach(seen::add);

        assertThat(seen).containsExactly(low, middle, top);
        assertThat(registry.mappings().find(-1)).isSameAs(top);
        assertThat(registry.mappings().find(0)).isNull();
        assertThat(registry.mappings().find(Long.MAX_VALUE)).isNull();
    }

    @Test
    void a_transfer_spans_mappings_that_touch() {
        DmaMapping first = map(0x1000, 1);
        DmaMapping second = map(0x2000, 2);
        map(0x4000, 1);

        assertThat(pin(0x1800, 0x2900, Access.READ_WRITE)).isEqualTo(Result.PINNED);

        assertThat(pin.parts()).isEqualTo(3);
        assertThat(pin.length()).isEqualTo(0x2900);
        assertThat(pin.mapping(0)).isSameAs(first);
        assertThat(pin.offset(0)).isEqualTo(0x800);
        assertThat(pin.length(0)).isEqualTo(0x800);
        assertThat(pin.mapping(1)).isSameAs(second);
        assertThat(pin.offset(1)).isZero();
        assertThat(pin.length(1)).isEqualTo(0x2000);
        assertThat(pin.length(2)).isEqualTo(0x100);
    }

    @Test
    void bytes_are_copied_across_mappings_both_ways() {
        MemorySegment first = memory(map(0x1000, 1));
        MemorySegment second = memory(map(0x2000, 1));
        MemorySegment local = arena.allocate(16);
        local.setString(0, "across the edge");

        assertThat(pin(0x1000, 0x2000, Access.READ_WRITE)).isEqualTo(Result.PINNED);
        pin.write(0xff8, local);
        MemorySegment back = arena.allocate(16);
        pin.read(0xff8, back);

        assertThat(back.getString(0)).isEqualTo("across the edge");
        assertThat(first.get(ValueLayout.JAVA_BYTE, 0xff8)).isEqualTo((byte) 'a');
        assertThat(second.get(ValueLayout.JAVA_BYTE, 0)).isEqualTo((byte) 'h');
        assertThatThrownBy(() -> pin.read(0x1ff8, back)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void remote_memory_is_reached_by_calls() {
        List<String> calls = new ArrayList<>();
        DmaSource.Remote remote = new DmaSource.Remote(
                PAGE,
                (offset, local) -> calls.add("read " + offset + " " + local.byteSize()),
                (offset, local) -> calls.add("write " + offset + " " + local.byteSize()));
        map(0x1000, 1);
        registry.map(remote, ANYWHERE.withIova(0x2000));

        assertThat(pin(0x1ff0, 0x20, Access.READ_WRITE)).isEqualTo(Result.PINNED);
        assertThat(pin.memory(1)).isNull();
        pin.read(8, arena.allocate(16));
        pin.write(16, arena.allocate(16));

        assertThat(calls).containsExactly("read 0 8", "write 0 16");
    }

    @Test
    void a_hole_under_a_transfer_is_named_and_nothing_stays_pinned() {
        DmaMapping first = map(0x1000, 1);
        map(0x3000, 1);

        assertThat(pin(0x1800, 0x2000, Access.READ)).isEqualTo(Result.UNMAPPED);

        assertThat(pin.fault()).isEqualTo(0x2000);
        assertThat(pin.parts()).isZero();
        first.close();
    }

    @Test
    void missing_rights_are_named() {
        map(0x1000, 1);
        registry.map(pages(1), ANYWHERE.withIova(0x2000).withAccess(Access.READ));

        assertThat(pin(0x1000, 0x2000, Access.WRITE)).isEqualTo(Result.DENIED);
        assertThat(pin.fault()).isEqualTo(0x2000);
        assertThat(pin(0x1000, 0x2000, Access.READ)).isEqualTo(Result.PINNED);
        assertThatIllegalStateException().isThrownBy(() -> pin.write(0, arena.allocate(8)));
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, -8, -PAGE})
    void a_transfer_that_passes_the_last_address_is_not_mapped(long iova) {
        map(-PAGE, 1);
        map(0, 1);

        assertThat(pin(iova, PAGE + 1, Access.READ)).isEqualTo(Result.UNMAPPED);
        assertThat(pin.fault()).isZero();
        assertThat(pin(iova, -iova, Access.READ)).isEqualTo(Result.PINNED);
    }

    @Test
    void a_transfer_needs_a_length() {
        assertThatIllegalArgumentException().isThrownBy(() -> pin(0x1000, 0, Access.READ));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> pin(0x1000, -1, Access.READ))
                .withMessageContaining("0xffffffffffffffff");
    }

    @Test
    void a_pin_is_used_again_only_after_close() {
        map(0x1000, 1);
        assertThat(pin(0x1000, 1, Access.READ)).isEqualTo(Result.PINNED);

        assertThatIllegalStateException().isThrownBy(() -> pin(0x1000, 1, Access.READ));
        pin.close();
        pin.close();
        assertThat(pin(0x1000, 1, Access.READ)).isEqualTo(Result.PINNED);
    }

    @Test
    void a_pin_holds_more_parts_than_it_has_room_for_at_first() {
        for (int i = 1; i <= 20; i++) {
            map(i * PAGE, 1);
        }

        assertThat(pin(PAGE, 20 * PAGE, Access.READ)).isEqualTo(Result.PINNED);

        assertThat(pin.parts()).isEqualTo(20);
        assertThat(pin.length()).isEqualTo(20 * PAGE);
    }

    @Test
    void a_mapping_in_use_is_not_unmapped_and_comes_back() {
        DmaMapping mapping = map(0x1000, 1);
        assertThat(pin(0x1000, 1, Access.READ)).isEqualTo(Result.PINNED);

        assertThatThrownBy(mapping::close).isInstanceOfSatisfying(VfioException.class, e -> {
            assertThat(e.errno()).isEqualTo(Errno.EBUSY);
            assertThat(e.hint()).contains("1 transfers");
        });

        assertThat(mapping.isOpen()).isTrue();
        assertThat(registry.mappings().find(0x1000)).isSameAs(mapping);
        pin.close();
        assertThat(pin(0x1000, 1, Access.READ)).isEqualTo(Result.PINNED);
        pin.close();
        mapping.close();
    }

    @Test
    void a_mapping_that_ended_cannot_be_pinned_through_an_old_snapshot() {
        DmaMapping mapping = map(0x1000, 1);
        DmaMappings old = registry.mappings();
        mapping.close();

        assertThat(old.pin(0x1000, 1, Access.READ, pin)).isEqualTo(Result.UNMAPPED);
    }

    @Test
    void an_address_is_explained() {
        DmaMapping ring = registry.map(pages(2), ANYWHERE.withIova(0x10_0000).withLabel("ring"));
        DmaMapping other = registry.map(pages(1), ANYWHERE.withIova(0x20_0000).withLabel("data"));

        assertThat(explain(0x10_1008))
                .isInstanceOfSatisfying(IovaExplanation.Mapped.class, mapped -> {
                    assertThat(mapped.mapping()).isSameAs(ring);
                    assertThat(mapped.offset()).isEqualTo(0x1008);
                    assertThat(mapped.origin()).isNull();
                })
                .hasToString("0x101008 is mapped: 0x1008 bytes into \"ring\" at 0x100000..0x101fff, READ_WRITE, since "
                        + "1970-01-01T00:00:00Z");
        assertThat(explain(0x18_0000))
                .isEqualTo(new IovaExplanation.NeverMapped(0x18_0000, ring, other))
                .asString()
                .contains("never mapped", "\"ring\"", "\"data\"");
        clock.now = Instant.ofEpochSecond(10);
        ring.close();
        clock.now = Instant.ofEpochSecond(12);
        assertThat(explain(0x10_1008))
                .isInstanceOfSatisfying(IovaExplanation.Ended.class, ended -> {
                    assertThat(ended.label()).isEqualTo("ring");
                    assertThat(ended.offset()).isEqualTo(0x1008);
                    assertThat(ended.ago()).isEqualTo(Duration.ofSeconds(2));
                })
                .asString()
                .contains("unmapped 2000 ms ago", "\"ring\" at 0x100000..0x101fff");
    }

    @Test
    void an_address_outside_of_what_is_usable_is_explained() {
        registry.limit(List.of(new IovaRange(0, 0xfedf_ffffL)), PAGE);

        assertThat(explain(0xfee0_0000L))
                .isEqualTo(new IovaExplanation.OutsideUsable(0xfee0_0000L, List.of(new IovaRange(0, 0xfedf_ffffL))))
                .hasToString("0xfee00000 is outside what can be mapped: 0x0..0xfedfffff");
    }

    @Test
    void the_history_keeps_the_latest_and_forgets_the_oldest() {
        for (int i = 1; i <= 5; i++) {
            registry.map(pages(1), ANYWHERE.withIova(i * PAGE).withLabel("n" + i))
                    .close();
        }
        registry.map(pages(1), ANYWHERE.withIova(5 * PAGE).withLabel("again")).close();

        assertThat(explain(PAGE)).isInstanceOf(IovaExplanation.NeverMapped.class);
        assertThat(explain(2 * PAGE)).isInstanceOf(IovaExplanation.NeverMapped.class);
        assertThat(explain(3 * PAGE))
                .isInstanceOfSatisfying(
                        IovaExplanation.Ended.class,
                        ended -> assertThat(ended.label()).isEqualTo("n3"));
        assertThat(explain(5 * PAGE))
                .isInstanceOfSatisfying(
                        IovaExplanation.Ended.class,
                        ended -> assertThat(ended.label()).isEqualTo("again"));
    }

    @Test
    void a_registry_without_history_explains_the_rest() {
        DmaRegistry plain =
                DmaRegistry.of(DmaRegistry.Settings.defaults("plain").withHistory(0), List.of(IovaRange.ALL), PAGE);
        plain.map(pages(1), ANYWHERE.withIova(PAGE)).close();

        assertThat(plain.mappings().explain(PAGE)).isEqualTo(new IovaExplanation.NeverMapped(PAGE, null, null));
    }

    @Test
    void stacks_are_kept_where_they_are_wanted() {
        DmaRegistry debug =
                DmaRegistry.of(DmaRegistry.Settings.defaults("debug").withStacks(true), List.of(IovaRange.ALL), PAGE);
        DmaMapping mapping = debug.map(pages(1), ANYWHERE.withIova(PAGE));

        assertThat(debug.mappings().explain(PAGE))
                .isInstanceOfSatisfying(
                        IovaExplanation.Mapped.class,
                        mapped -> assertThat(mapped.origin()).hasStackTraceContaining(DmaMappingsTest.class.getName()));
        mapping.close();
        assertThat(debug.mappings().explain(PAGE))
                .isInstanceOfSatisfying(
                        IovaExplanation.Ended.class,
                        ended -> assertThat(ended.origin()).hasStackTraceContaining(DmaMappingsTest.class.getName()));
    }

    @Test
    @Tag("allocation")
    void lookups_and_transfers_allocate_nothing() {
        for (int i = 1; i <= 8; i++) {
            map(i * PAGE, 1);
        }
        MemorySegment local = arena.allocate(0x100);

        Allocations.assertNone(() -> {
            DmaMappings mappings = registry.mappings();
            if (mappings.find(0x1234) == null
                    || mappings.pin(0x1f80, 0x3100, Access.READ_WRITE, pin) != Result.PINNED) {
                throw new IllegalStateException("0x1234 is not mapped");
            }
            pin.write(0, local);
            pin.read(0, local);
            pin.close();
        });
    }

    /** The snapshot is not copied as a whole: what a map costs hardly depends on how many there are. */
    @Test
    @Tag("allocation")
    void a_map_among_very_many_allocates_little_more_than_among_some() {
        DmaSource page = pages(1);
        fill(page, 0, 1_000);
        long some = bytesOfMaps(page);
        fill(page, 1_000, 100_000);
        long many = bytesOfMaps(page);

        assertThat(many).isLessThan(3 * some);
    }

    private void fill(DmaSource source, long from, long to) {
        for (long i = from; i < to; i++) {
            registry.map(source, ANYWHERE.withIova(2 * i * PAGE));
        }
    }

    /** Of a hundred maps and their ends, in the gaps of {@link #fill}. */
    private long bytesOfMaps(DmaSource source) {
        return Allocations.of(() -> {
            for (long i = 0; i < 100; i++) {
                registry.map(source, ANYWHERE.withIova((20 * i + 1) * PAGE)).close();
            }
        });
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void lookups_agree_with_a_tree(long seed) {
        Random random = new Random(seed);
        TreeMap<Long, DmaMapping> model = new TreeMap<>(Long::compareUnsigned);
        for (int step = 0; step < 400; step++) {
            long iova = random.nextLong() & 0xc000_0000_0000_f000L;
            DmaMapping known = model.remove(iova);
            if (known != null) {
                known.close();
            } else {
                model.put(iova, map(iova, 1));
            }
            long probe = random.nextLong() & 0xc000_0000_0000_ffffL;
            assertThat(registry.mappings().find(probe)).isSameAs(model.get(probe & -PAGE));
            assertThat(registry.mappings().size()).isEqualTo(model.size());
        }
    }

    private Result pin(long iova, long length, Access access) {
        return registry.mappings().pin(iova, length, access, pin);
    }

    private IovaExplanation explain(long iova) {
        return registry.mappings().explain(iova);
    }

    private DmaMapping map(long iova, int count) {
        return registry.map(pages(count), ANYWHERE.withIova(iova));
    }

    private DmaSource pages(int count) {
        return new DmaSource.Segment(arena.allocate(count * PAGE, PAGE));
    }

    private static MemorySegment memory(DmaMapping mapping) {
        return ((DmaSource.Segment) mapping.source()).memory();
    }

    /** A clock that a test sets. */
    private static final class TickingClock implements InstantSource {
        private Instant now = Instant.EPOCH;

        @Override
        public Instant instant() {
            return now;
        }
    }
}
