// SPDX-License-Identifier: Apache-2.0
package io.jvfio.iommu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jvfio.Errno;
import io.jvfio.VfioException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class DmaRegistryTest {
    private static final long PAGE = 0x1000;
    private static final long SIZES = PAGE | 0x20_0000;
    private static final List<IovaRange> USABLE =
            List.of(new IovaRange(0, 0xfedf_ffffL), new IovaRange(0xfef0_0000L, 0x7f_ffff_ffffL));
    private static final MapRequest ANYWHERE = MapRequest.defaults();

    private final Arena arena = Arena.ofShared();
    private final FakeBackend backend = new FakeBackend();
    private final DmaRegistry registry = DmaRegistry.of(
            DmaRegistry.Settings.defaults("test space").withUnmapTimeout(Duration.ofMillis(20)),
            DmaRegistry.usableBeforeJoin(),
            PAGE);

    @AfterEach
    void free() {
        arena.close();
    }

    @Test
    void a_map_reaches_the_backend_and_the_snapshot() {
        registry.attach(backend, USABLE, SIZES);

        DmaMapping mapping =
                registry.map(pages(2), ANYWHERE.withAccess(Access.READ).withLabel("ring"));

        assertThat(backend.calls()).containsExactly("map " + mapping.range() + " READ");
        assertThat(mapping.length()).isEqualTo(2 * PAGE);
        assertThat(mapping.deviceAddress(PAGE + 1)).isEqualTo(mapping.iova() + PAGE + 1);
        assertThat(mapping.contiguous(PAGE + 1)).isEqualTo(PAGE - 1);
        assertThat(registry.mappings().size()).isEqualTo(1);
        assertThat(registry.mappings().find(mapping.iova() + 2 * PAGE - 1)).isSameAs(mapping);
        assertThat(registry.mappings().find(mapping.iova() + 2 * PAGE)).isNull();
        assertThat(mapping.label()).isEqualTo("ring");
    }

    @Test
    void an_unmap_names_exactly_what_was_mapped_and_frees_the_range() {
        registry.attach(backend, USABLE, SIZES);
        DmaMapping mapping = registry.map(pages(3), ANYWHERE);

        mapping.close();
        mapping.close();

        assertThat(backend.calls()).last().isEqualTo("unmap " + mapping.range());
        assertThat(backend.calls()).hasSize(2);
        assertThat(mapping.isOpen()).isFalse();
        assertThat(registry.mappings().size()).isZero();
        assertThat(registry.map(pages(3), ANYWHERE.withIova(mapping.iova())).range())
                .isEqualTo(mapping.range());
    }

    @Test
    void address_zero_is_never_chosen_but_can_be_asked_for() {
        registry.attach(backend, USABLE, SIZES);

        assertThat(registry.map(pages(1), ANYWHERE).iova()).isEqualTo(PAGE);
        assertThatThrownBy(() -> registry.map(pages(1), ANYWHERE.withWithin(new IovaRange(0, 0xfff))))
                .isInstanceOf(IovaExhaustedException.class);
        assertThatThrownBy(() -> registry.map(pages(1), ANYWHERE.withWithin(new IovaRange(0, 0))))
                .isInstanceOf(IovaExhaustedException.class);
        assertThat(registry.map(pages(1), ANYWHERE.withIova(0)).iova()).isZero();
    }

    @Test
    void misaligned_memory_and_addresses_are_refused_in_hex() {
        registry.attach(backend, USABLE, SIZES);
        MemorySegment memory = arena.allocate(2 * PAGE, PAGE);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> registry.map(new DmaSource.Segment(memory.asSlice(8, PAGE)), ANYWHERE))
                .withMessageContaining("address 0x" + Long.toHexString(memory.address() + 8))
                .withMessageContaining("0x1000");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> registry.map(new DmaSource.Segment(memory.asSlice(0, 0x1234)), ANYWHERE))
                .withMessageContaining("length 0x1234");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> registry.map(new DmaSource.Segment(memory.asSlice(0, 0)), ANYWHERE))
                .withMessageContaining("length 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> registry.map(pages(1), ANYWHERE.withIova(0x1_0010)))
                .withMessageContaining("0x10010");
        assertThat(backend.calls()).isEmpty();
    }

    @Test
    void read_only_memory_is_refused_for_a_device_that_writes() {
        registry.attach(backend, USABLE, SIZES);
        DmaSource source = new DmaSource.Segment(arena.allocate(PAGE, PAGE).asReadOnly());

        assertThatIllegalArgumentException()
                .isThrownBy(() -> registry.map(source, ANYWHERE.withAccess(Access.WRITE)))
                .withMessageContaining("read-only");
        assertThat(registry.map(source, ANYWHERE.withAccess(Access.READ)).isOpen())
                .isTrue();
    }

    @Test
    void a_fixed_range_that_is_taken_is_refused_with_EEXIST_and_its_owner() {
        registry.attach(backend, USABLE, SIZES);
        registry.map(pages(4), ANYWHERE.withIova(0x10_0000).withLabel("admin queue"));

        assertThatThrownBy(() -> registry.map(pages(1), ANYWHERE.withIova(0x10_3000)))
                .isInstanceOfSatisfying(VfioException.class, e -> {
                    assertThat(e.errno()).isEqualTo(Errno.EEXIST);
                    assertThat(e.hint()).contains("\"admin queue\" at 0x100000..0x103fff");
                });
        assertThat(backend.maps()).hasSize(1);
    }

    @Test
    void a_fixed_range_that_is_not_usable_is_refused_with_the_ranges() {
        registry.attach(backend, USABLE, SIZES);

        assertThatThrownBy(() -> registry.map(pages(1), ANYWHERE.withIova(0xfee0_0000L)))
                .isInstanceOf(IovaExhaustedException.class)
                .hasMessageContaining("0xfef00000..0x7fffffffff");
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        registry.map(pages(1), ANYWHERE.withIova(0x1000_0000L).withWithin(IovaRange.ofBits(28))))
                .withMessageContaining("0x0..0xfffffff");
        assertThatIllegalArgumentException().isThrownBy(() -> registry.map(pages(2), ANYWHERE.withIova(-PAGE)));
    }

    @Test
    void an_exhausted_range_is_explained() {
        registry.attach(backend, USABLE, SIZES);
        MapRequest request = ANYWHERE.withWithin(new IovaRange(0, 0x3fff));
        registry.map(pages(2), request);

        assertThatThrownBy(() -> registry.map(pages(2), request))
                .isInstanceOf(IovaExhaustedException.class)
                .hasMessageContaining("0x2000 bytes")
                .hasMessageContaining("test space")
                .hasMessageContaining("largest free part in it 0x3000..0x3fff");
    }

    @Test
    void a_refused_map_leaves_nothing() {
        registry.attach(backend, USABLE, SIZES);
        backend.beforeMap(FakeBackend.refuse("FAKE_MAP", Errno.ENOMEM));

        assertThatThrownBy(() -> registry.map(pages(1), ANYWHERE.withIova(0x10_0000)))
                .isInstanceOfSatisfying(
                        VfioException.class, e -> assertThat(e.errno()).isEqualTo(Errno.ENOMEM));

        assertThat(registry.mappings().size()).isZero();
        backend.beforeMap(range -> {});
        assertThat(registry.map(pages(1), ANYWHERE.withIova(0x10_0000)).isOpen())
                .isTrue();
    }

    @Test
    void a_refused_unmap_keeps_the_mapping_until_it_succeeds() {
        registry.attach(backend, USABLE, SIZES);
        DmaMapping mapping = registry.map(pages(1), ANYWHERE);
        backend.beforeUnmap(FakeBackend.refuse("FAKE_UNMAP", Errno.EIO));

        assertThatThrownBy(mapping::close).isInstanceOf(VfioException.class);

        assertThat(mapping.isOpen()).isTrue();
        assertThat(registry.mappings().find(mapping.iova())).isSameAs(mapping);
        assertThatThrownBy(() -> registry.map(pages(1), ANYWHERE.withIova(mapping.iova())))
                .isInstanceOf(VfioException.class);
        backend.beforeUnmap(range -> {});
        mapping.close();
        assertThat(mapping.isOpen()).isFalse();
        assertThat(backend.maps()).isEmpty();
    }

    @Test
    void maps_made_before_the_first_join_are_replayed_in_order() {
        DmaMapping first = registry.map(pages(2), ANYWHERE.withAccess(Access.READ));
        DmaMapping second = registry.map(pages(1), ANYWHERE.withIova(0x20_0000));
        assertThat(registry.mappings().size()).isEqualTo(2);

        registry.attach(backend, USABLE, SIZES);

        assertThat(backend.calls())
                .containsExactly("map " + first.range() + " READ", "map " + second.range() + " READ_WRITE");
        assertThat(registry.usable()).isEqualTo(USABLE);
        assertThat(registry.pageSizes()).isEqualTo(SIZES);
        first.close();
        assertThat(backend.maps()).containsExactly(second.range());
    }

    @Test
    void a_map_closed_before_the_first_join_is_not_replayed() {
        registry.map(pages(1), ANYWHERE).close();

        registry.attach(backend, USABLE, SIZES);

        assertThat(backend.calls()).isEmpty();
    }

    @Test
    void a_join_that_cannot_take_every_map_leaves_nothing_mapped() {
        DmaMapping first = registry.map(pages(1), ANYWHERE);
        DmaMapping second = registry.map(pages(1), ANYWHERE);
        backend.beforeMap(range -> {
            if (range.equals(second.range())) {
                throw VfioException.of("FAKE_MAP", Errno.ENOMEM, range.toString());
            }
        });

        assertThatThrownBy(() -> registry.attach(backend, USABLE, SIZES)).isInstanceOf(VfioException.class);

        assertThat(backend.maps()).isEmpty();
        assertThat(backend.calls()).containsExactly("map " + first.range() + " READ_WRITE", "unmap " + first.range());
        assertThat(registry.usable()).isEqualTo(DmaRegistry.usableBeforeJoin());
        assertThat(registry.pageSizes()).isEqualTo(PAGE);
        backend.beforeMap(range -> {});
        registry.attach(backend, USABLE, SIZES);
        assertThat(backend.maps()).containsExactly(first.range(), second.range());
    }

    @Test
    void a_join_that_would_lose_a_map_is_refused_before_anything_is_mapped() {
        registry.map(pages(1), ANYWHERE.withIova(0x40_0000).withLabel("far"));

        assertThatIllegalStateException()
                .isThrownBy(() -> registry.attach(backend, List.of(new IovaRange(0, 0x3f_ffff)), SIZES))
                .withMessageContaining("\"far\" at 0x400000..0x400fff")
                .withMessageContaining("0x0..0x3fffff");
        assertThatIllegalStateException()
                .isThrownBy(() -> registry.attach(backend, USABLE, 0x1_0000))
                .withMessageContaining("page size 0x10000");
        assertThat(backend.calls()).isEmpty();
        assertThat(registry.usable()).isEqualTo(DmaRegistry.usableBeforeJoin());
    }

    @Test
    void the_maps_of_a_backend_that_left_are_kept_for_the_next() {
        registry.attach(backend, USABLE, SIZES);
        DmaMapping mapping = registry.map(pages(1), ANYWHERE);
        registry.detach(backend);

        FakeBackend next = new FakeBackend();
        registry.attach(next, USABLE, SIZES);

        assertThat(next.maps()).containsExactly(mapping.range());
        mapping.close();
        assertThat(next.maps()).isEmpty();
        assertThat(backend.calls()).hasSize(1);
    }

    @Test
    void a_map_closed_while_nobody_is_there_is_gone() {
        registry.attach(backend, USABLE, SIZES);
        DmaMapping mapping = registry.map(pages(1), ANYWHERE);
        registry.detach(backend);

        mapping.close();

        assertThat(mapping.isOpen()).isFalse();
        assertThat(backend.calls()).hasSize(1);
    }

    @Test
    void a_map_goes_to_every_backend_and_is_undone_on_the_first_refusal() {
        List<FakeBackend> three = List.of(backend, new FakeBackend(), new FakeBackend());
        three.forEach(one -> registry.attach(one, USABLE, SIZES));
        three.get(2).beforeMap(FakeBackend.refuse("FAKE_MAP", Errno.ENOSPC));

        assertThatThrownBy(() -> registry.map(pages(1), ANYWHERE)).isInstanceOf(VfioException.class);
        three.forEach(one -> assertThat(one.maps()).isEmpty());

        three.get(2).beforeMap(range -> {});
        DmaMapping mapping = registry.map(pages(1), ANYWHERE);
        three.forEach(one -> assertThat(one.maps()).containsExactly(mapping.range()));
        registry.detach(three.get(1));
        mapping.close();
        assertThat(three.get(0).maps()).isEmpty();
        assertThat(three.get(1).maps()).hasSize(1);
        assertThat(three.get(2).maps()).isEmpty();
    }

    @Test
    void an_unmap_that_one_backend_refused_is_repeated_with_that_one_alone() {
        FakeBackend other = new FakeBackend();
        registry.attach(backend, USABLE, SIZES);
        registry.attach(other, USABLE, SIZES);
        DmaMapping mapping = registry.map(pages(1), ANYWHERE);
        other.beforeUnmap(FakeBackend.refuse("FAKE_UNMAP", Errno.EIO));

        assertThatThrownBy(mapping::close).isInstanceOf(VfioException.class);
        assertThat(backend.maps()).isEmpty();

        other.beforeUnmap(range -> {});
        mapping.close();
        assertThat(other.maps()).isEmpty();
        assertThat(backend.calls()).hasSize(2);
    }

    @Test
    void a_map_that_cannot_be_undone_keeps_its_range_for_ever() {
        FakeBackend other = new FakeBackend();
        registry.attach(backend, USABLE, SIZES);
        registry.attach(other, USABLE, SIZES);
        backend.beforeUnmap(FakeBackend.refuse("FAKE_UNMAP", Errno.EIO));
        other.beforeMap(FakeBackend.refuse("FAKE_MAP", Errno.ENOMEM));

        assertThatThrownBy(() -> registry.map(pages(1), ANYWHERE.withIova(0x10_0000)))
                .isInstanceOf(StillMappedException.class)
                .hasMessageContaining("ENOMEM")
                .hasMessageContaining("still reach")
                .cause()
                .satisfies(cause -> assertThat(cause.getSuppressed()).hasSize(1));

        other.beforeMap(range -> {});
        assertThatThrownBy(() -> registry.map(pages(1), ANYWHERE.withIova(0x10_0000)))
                .hasMessageContaining("EEXIST")
                .hasMessageContaining("could not be undone");
        assertThat(registry.mappings().size()).isZero();
    }

    @Test
    void a_backend_may_throw_one_failure_twice() {
        VfioException always = VfioException.of("FAKE", Errno.EIO, "x");
        FakeBackend other = new FakeBackend();
        registry.attach(backend, USABLE, SIZES);
        registry.attach(other, USABLE, SIZES);
        backend.beforeUnmap(range -> {
            throw always;
        });
        other.beforeMap(range -> {
            throw always;
        });

        assertThatThrownBy(() -> registry.map(pages(1), ANYWHERE))
                .isInstanceOf(StillMappedException.class)
                .hasCause(always);
    }

    @Test
    void the_same_backend_joins_once() {
        registry.attach(backend, USABLE, SIZES);

        assertThatIllegalStateException().isThrownBy(() -> registry.attach(backend, USABLE, SIZES));
    }

    @Test
    void limits_change_around_the_maps_or_not_at_all() {
        registry.attach(backend, USABLE, SIZES);
        registry.map(pages(1), ANYWHERE.withIova(0x40_0000));

        registry.limit(List.of(new IovaRange(0, 0xffff_ffffL)), PAGE);
        assertThat(registry.usable()).containsExactly(new IovaRange(0, 0xffff_ffffL));
        assertThatIllegalStateException().isThrownBy(() -> registry.limit(List.of(new IovaRange(0, 0xfff)), PAGE));
        assertThat(registry.usable()).containsExactly(new IovaRange(0, 0xffff_ffffL));
        assertThat(registry.mappings().explain(0x1_0000_0000L)).isInstanceOf(IovaExplanation.OutsideUsable.class);
    }

    @Test
    void a_closed_registry_has_ended_every_map_and_takes_no_more() {
        registry.attach(backend, USABLE, SIZES);
        List<DmaMapping> mappings = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            mappings.add(registry.map(pages(1), ANYWHERE));
        }

        registry.close();
        registry.close();

        assertThat(backend.maps()).isEmpty();
        assertThat(mappings).noneMatch(DmaMapping::isOpen);
        assertThatIllegalStateException()
                .isThrownBy(() -> registry.map(pages(1), ANYWHERE))
                .withMessageContaining("test space is closed");
    }

    @Test
    void a_close_ends_all_it_can_and_can_be_repeated() {
        registry.attach(backend, USABLE, SIZES);
        registry.map(pages(1), ANYWHERE);
        DmaMapping stuck = registry.map(pages(1), ANYWHERE);
        registry.map(pages(1), ANYWHERE);
        backend.beforeUnmap(range -> {
            if (range.equals(stuck.range())) {
                throw VfioException.of("FAKE_UNMAP", Errno.EIO, range.toString());
            }
        });

        assertThatThrownBy(registry::close).isInstanceOf(VfioException.class);
        assertThat(backend.maps()).containsExactly(stuck.range());

        backend.beforeUnmap(range -> {});
        registry.close();
        assertThat(backend.maps()).isEmpty();
    }

    @Test
    void remote_memory_of_any_length_is_mapped_where_it_is_asked_for() {
        registry.attach(backend, USABLE, SIZES);
        DmaSource.Remote remote = new DmaSource.Remote(0x123, (offset, local) -> {}, (offset, local) -> {});

        DmaMapping mapping = registry.map(remote, ANYWHERE.withIova(0x10_0001));

        assertThat(mapping.range()).isEqualTo(IovaRange.of(0x10_0001, 0x123));
        assertThat(registry.mappings().find(0x10_0123)).isSameAs(mapping);
        assertThat(registry.mappings().find(0x10_0124)).isNull();
    }

    @Test
    void what_is_chosen_before_a_join_avoids_the_usual_reserved_ranges() {
        IovaRange msiX86 = new IovaRange(0xfee0_0000L, 0xfeef_ffffL);
        IovaRange msiArm = new IovaRange(0x800_0000L, 0x80f_ffffL);

        assertThat(DmaRegistry.usableBeforeJoin())
                .noneMatch(range -> range.overlaps(msiX86) || range.overlaps(msiArm))
                .allMatch(IovaRange.ofBits(39)::contains)
                .isSorted();
    }

    private DmaSource pages(int count) {
        return new DmaSource.Segment(arena.allocate(count * PAGE, PAGE));
    }
}
