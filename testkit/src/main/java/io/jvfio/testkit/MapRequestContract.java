// SPDX-License-Identifier: Apache-2.0
package io.jvfio.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jvfio.VfioException;
import io.jvfio.iommu.Access;
import io.jvfio.iommu.AddressSpace;
import io.jvfio.iommu.DmaMapping;
import io.jvfio.iommu.DmaSource;
import io.jvfio.iommu.IovaExhaustedException;
import io.jvfio.iommu.IovaRange;
import io.jvfio.iommu.MapRequest;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The part of {@link AddressSpaceContract} about where a map goes, and what is refused. */
abstract class MapRequestContract extends CarrierContract {

    private static final long LARGE_PAGE = 2 << 20;

    MapRequestContract() {}

    /** An address space with the device under test in it. */
    final AddressSpace space() {
        return open().addressSpace();
    }

    /** A page of new memory, mapped wherever there is room. */
    final DmaMapping mapPage(AddressSpace space) {
        return mapPage(space, MapRequest.defaults());
    }

    final DmaMapping mapPage(AddressSpace space, MapRequest request) {
        return closing(space.map(closing(TestMemory.ofPages(1)).source(), request));
    }

    /** An address that is usable and in the middle of nothing else. */
    static long usablePage(AddressSpace space) {
        IovaRange largest = space.usable().getLast();
        long page = TestMemory.page();
        return (largest.start() + page - 1 & -page) + 0x100 * page;
    }

    @Test
    void a_chosen_address_is_aligned_and_usable() {
        AddressSpace space = space();
        DmaMapping mapping = mapPage(space, MapRequest.defaults().withLabel("ring"));
        assertThat(mapping.iova()).isNotZero();
        assertThat(mapping.iova() & space.limits().granule() - 1).isZero();
        assertThat(mapping.length()).isEqualTo(TestMemory.page());
        assertThat(mapping.range()).isEqualTo(IovaRange.of(mapping.iova(), TestMemory.page()));
        assertThat(mapping.label()).isEqualTo("ring");
        assertThat(mapping.access()).isEqualTo(Access.READ_WRITE);
        assertThat(space.usable()).anyMatch(range -> range.contains(mapping.range()));
    }

    @Test
    void a_fixed_address_is_just_that() {
        AddressSpace space = space();
        long iova = usablePage(space);
        assertThat(mapPage(space, MapRequest.defaults().withIova(iova)).iova()).isEqualTo(iova);
    }

    @Test
    void the_first_and_the_last_usable_page_of_each_range_can_be_mapped() {
        AddressSpace space = space();
        long page = TestMemory.page();
        for (IovaRange range : space.usable()) {
            long first = range.start() + page - 1 & -page;
            long last = range.last() - page + 1 & -page;
            assertThat(mapPage(space, MapRequest.defaults().withIova(first)).iova())
                    .isEqualTo(first);
            assertThat(mapPage(space, MapRequest.defaults().withIova(last)).iova())
                    .isEqualTo(last);
        }
    }

    @Test
    void an_address_is_given_out_again_after_the_unmap() {
        AddressSpace space = space();
        MapRequest request = MapRequest.defaults().withIova(usablePage(space));
        for (int i = 0; i < 3; i++) {
            mapPage(space, request).close();
        }
        assertThat(space.mappings().size()).isZero();
    }

    @Test
    void an_alignment_is_kept() {
        AddressSpace space = space();
        for (long alignment : new long[] {1, TestMemory.page(), 1 << 16, LARGE_PAGE, 1 << 30}) {
            DmaMapping mapping = mapPage(space, MapRequest.defaults().withAlignment(alignment));
            assertThat(mapping.iova() & alignment - 1).isZero();
        }
    }

    @Test
    void an_address_is_chosen_within_the_range_that_was_asked_for() {
        AddressSpace space = space();
        long page = TestMemory.page();
        IovaRange window = IovaRange.of(usablePage(space), 4 * page);
        MapRequest request = MapRequest.defaults().withWithin(window);
        for (int i = 0; i < 4; i++) {
            assertThat(window.contains(mapPage(space, request).range())).isTrue();
        }
        assertThatThrownBy(() -> mapPage(space, request)).isInstanceOf(IovaExhaustedException.class);
        assertThat(space.mappings().size()).isEqualTo(4);
    }

    @Test
    void first_last_and_best_fit_choose_differently() {
        AddressSpace space = space();
        long page = TestMemory.page();
        long start = usablePage(space);
        IovaRange window = IovaRange.of(start, 8 * page);
        MapRequest fixed = MapRequest.defaults();
        mapPage(space, fixed.withIova(start + 4 * page)); // leaves gaps of 4 and of 3 pages
        MapRequest chosen = fixed.withWithin(window);
        assertThat(mapPage(space, chosen.withFit(MapRequest.Fit.FIRST)).iova()).isEqualTo(start);
        assertThat(mapPage(space, chosen.withFit(MapRequest.Fit.LAST)).iova()).isEqualTo(start + 7 * page);
        // Now 3 pages are free below and 2 above.
        assertThat(mapPage(space, chosen.withFit(MapRequest.Fit.BEST)).iova()).isEqualTo(start + 5 * page);
    }

    @Test
    void a_fixed_address_that_is_not_aligned_is_refused() {
        AddressSpace space = space();
        long iova = usablePage(space);
        for (long off : new long[] {1, 8, 512, TestMemory.page() - 1}) {
            assertThatThrownBy(() -> mapPage(space, MapRequest.defaults().withIova(iova + off)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(Long.toHexString(iova + off));
        }
        assertThat(space.mappings().size()).isZero();
    }

    @Test
    void a_map_over_another_is_refused_and_leaves_it_alone() {
        AddressSpace space = space();
        long page = TestMemory.page();
        long iova = usablePage(space);
        TestMemory memory = closing(TestMemory.ofPages(3));
        DmaMapping first =
                closing(space.map(memory.source(), MapRequest.defaults().withIova(iova)));
        for (long at : List.of(iova - 2 * page, iova, iova + page, iova + 2 * page)) {
            MapRequest request = MapRequest.defaults().withIova(at);
            assertThatThrownBy(() -> space.map(memory.source(), request))
                    .isInstanceOfSatisfying(
                            VfioException.class, e -> assertThat(e.name()).isEqualTo("EEXIST"));
        }
        assertThat(space.mappings().size()).isEqualTo(1);
        assertThat(space.mappings().find(iova + page)).isSameAs(first);
    }

    @Test
    void a_map_outside_of_the_usable_ranges_is_refused() {
        AddressSpace space = space();
        long page = TestMemory.page();
        IovaRange last = space.usable().getLast();
        if (last.last() != -1) {
            long behind = last.last() + 1 & -page;
            assertThatThrownBy(() -> mapPage(space, MapRequest.defaults().withIova(behind)))
                    .isInstanceOf(IovaExhaustedException.class)
                    .hasMessageContaining(Long.toHexString(last.last()));
        }
        for (int i = 1; i < space.usable().size(); i++) {
            long hole = space.usable().get(i - 1).last() + 1;
            assertThatThrownBy(() -> mapPage(space, MapRequest.defaults().withIova(hole)))
                    .isInstanceOf(IovaExhaustedException.class);
        }
        assertThat(space.mappings().size()).isZero();
    }

    @Test
    void a_map_that_would_pass_the_end_of_all_addresses_is_refused() {
        AddressSpace space = space();
        TestMemory memory = closing(TestMemory.ofPages(2));
        MapRequest request = MapRequest.defaults().withIova(-TestMemory.page());
        assertThatThrownBy(() -> space.map(memory.source(), request)).isInstanceOf(IllegalArgumentException.class);
        assertThat(space.mappings().size()).isZero();
    }

    @Test
    void memory_that_is_not_in_whole_pages_is_refused() {
        AddressSpace space = space();
        long page = TestMemory.page();
        TestMemory memory = closing(TestMemory.ofPages(2));
        for (DmaSource part : List.of(
                memory.source(8, page),
                memory.source(0, page - 8),
                memory.source(0, page + 1),
                new DmaSource.Segment(memory.bytes().asSlice(512, page)),
                new DmaSource.Segment(memory.bytes().asSlice(0, 1)))) {
            assertThatThrownBy(() -> space.map(part, MapRequest.defaults()))
                    .isInstanceOf(IllegalArgumentException.class);
        }
        assertThat(space.mappings().size()).isZero();
    }

    @Test
    void memory_of_no_length_and_memory_on_the_heap_are_refused() {
        AddressSpace space = space();
        TestMemory memory = closing(TestMemory.ofPages(1));
        assertThatThrownBy(() -> space.map(memory.source(0, 0), MapRequest.defaults()))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new DmaSource.Segment(MemorySegment.ofArray(new byte[4096])))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(space.mappings().size()).isZero();
    }

    @Test
    void read_only_memory_is_mapped_for_a_device_that_only_reads() {
        AddressSpace space = space();
        DmaSource.Segment readOnly =
                new DmaSource.Segment(closing(TestMemory.ofPages(1)).bytes().asReadOnly());
        for (Access writing : List.of(Access.WRITE, Access.READ_WRITE)) {
            assertThatThrownBy(() -> space.map(readOnly, MapRequest.defaults().withAccess(writing)))
                    .isInstanceOf(IllegalArgumentException.class);
        }
        DmaMapping mapping = closing(space.map(readOnly, MapRequest.defaults().withAccess(Access.READ)));
        assertThat(mapping.access()).isEqualTo(Access.READ);
    }

    @Test
    void anonymous_memory_is_mapped_as_well_as_a_file() {
        AddressSpace space = space();
        try (Arena arena = Arena.ofConfined()) {
            long page = TestMemory.page();
            MemorySegment memory = arena.allocate(2 * page, page);
            DmaMapping mapping = space.map(new DmaSource.Segment(memory), MapRequest.defaults());
            assertThat(mapping.length()).isEqualTo(2 * page);
            mapping.close();
        }
    }

    @Test
    void a_part_of_a_file_is_mapped() {
        AddressSpace space = space();
        long page = TestMemory.page();
        TestMemory memory = closing(TestMemory.ofPages(8));
        DmaMapping mapping = closing(space.map(memory.source(3 * page, 2 * page), MapRequest.defaults()));
        assertThat(mapping.length()).isEqualTo(2 * page);
        assertThat(mapping.deviceAddress(page)).isEqualTo(mapping.iova() + page);
        assertThat(mapping.contiguous(page)).isEqualTo(page);
        assertThatThrownBy(() -> mapping.deviceAddress(2 * page)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> mapping.contiguous(-1)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void the_same_memory_can_be_mapped_twice() {
        AddressSpace space = space();
        TestMemory memory = closing(TestMemory.ofPages(1));
        DmaMapping first = closing(space.map(memory.source(), MapRequest.defaults()));
        DmaMapping second = closing(space.map(memory.source(), MapRequest.defaults()));
        assertThat(first.range().overlaps(second.range())).isFalse();
        first.close();
        assertThat(second.isOpen()).isTrue();
        assertThat(space.mappings().find(second.iova())).isSameAs(second);
    }
}
