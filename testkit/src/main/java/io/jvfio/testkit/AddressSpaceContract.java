// SPDX-License-Identifier: Apache-2.0
package io.jvfio.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jvfio.iommu.AddressSpace;
import io.jvfio.iommu.DmaMapping;
import io.jvfio.iommu.IovaExplanation;
import io.jvfio.iommu.IovaRange;
import io.jvfio.iommu.MapRequest;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/**
 * What holds for every {@link AddressSpace} behind an IOMMU, with the device under test in it. What the device itself
 * sees, and how it joins and leaves, is in {@link DmaContract}.
 *
 * <p>Threads: one at a time.
 */
public abstract class AddressSpaceContract extends MapRequestContract {

    /** For subclasses. */
    protected AddressSpaceContract() {}

    @Test
    void a_space_behind_an_iommu_says_so() {
        AddressSpace space = space();
        assertThat(space.translated()).isTrue();
        assertThat(space.description()).isNotBlank();
        assertThat(space.coherent()).isTrue();
    }

    @Test
    void usable_ranges_are_sorted_and_do_not_touch() {
        List<IovaRange> usable = space().usable();
        assertThat(usable).isNotEmpty().isSorted();
        for (int i = 1; i < usable.size(); i++) {
            assertThat(Long.compareUnsigned(
                            usable.get(i).start(), usable.get(i - 1).last() + 1))
                    .isPositive();
        }
    }

    @Test
    void the_snapshot_has_what_is_mapped_and_nothing_else() {
        AddressSpace space = space();
        long page = TestMemory.page();
        assertThat(space.mappings().size()).isZero();
        long iova = usablePage(space);
        DmaMapping mapping = mapPage(space, MapRequest.defaults().withIova(iova));
        assertThat(space.mappings().find(iova)).isSameAs(mapping);
        assertThat(space.mappings().find(iova + page - 1)).isSameAs(mapping);
        assertThat(space.mappings().find(iova - 1)).isNull();
        assertThat(space.mappings().find(iova + page)).isNull();
        mapping.close();
        assertThat(space.mappings().find(iova)).isNull();
        assertThat(space.mappings().size()).isZero();
    }

    @Test
    void a_snapshot_does_not_change() {
        AddressSpace space = space();
        var before = space.mappings();
        DmaMapping mapping = mapPage(space);
        assertThat(before.size()).isZero();
        var between = space.mappings();
        mapping.close();
        assertThat(between.size()).isEqualTo(1);
        assertThat(between.find(mapping.iova())).isSameAs(mapping);
    }

    @Test
    void an_unmap_happens_once() {
        AddressSpace space = space();
        DmaMapping mapping = mapPage(space);
        assertThat(mapping.isOpen()).isTrue();
        mapping.close();
        assertThat(mapping.isOpen()).isFalse();
        DmaMapping second = mapPage(space, MapRequest.defaults().withIova(mapping.iova()));
        mapping.close();
        assertThat(second.isOpen()).isTrue();
        assertThat(space.mappings().find(second.iova())).isSameAs(second);
    }

    @Test
    void many_maps_are_listed_in_order_and_unmapped_in_any() {
        AddressSpace space = space();
        TestMemory memory = closing(TestMemory.ofPages(100));
        List<DmaMapping> mappings = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            mappings.add(closing(space.map(
                    memory.source(i * TestMemory.page(), TestMemory.page()),
                    MapRequest.defaults().withFit(i % 2 == 0 ? MapRequest.Fit.FIRST : MapRequest.Fit.LAST))));
        }
        List<IovaRange> listed = new ArrayList<>();
        space.mappings().forEach(mapping -> listed.add(mapping.range()));
        assertThat(listed).hasSize(100).isSorted();
        Collections.shuffle(mappings, new Random(42));
        mappings.forEach(DmaMapping::close);
        assertThat(space.mappings().size()).isZero();
    }

    @Test
    void an_address_is_explained() {
        AddressSpace space = space();
        long iova = usablePage(space);
        long page = TestMemory.page();
        DmaMapping ring = mapPage(space, MapRequest.defaults().withIova(iova).withLabel("ring"));
        assertThat(space.mappings().explain(iova + 0x10))
                .isInstanceOfSatisfying(IovaExplanation.Mapped.class, mapped -> {
                    assertThat(mapped.mapping()).isSameAs(ring);
                    assertThat(mapped.offset()).isEqualTo(0x10);
                });
        assertThat(space.mappings().explain(iova + page))
                .isInstanceOfSatisfying(
                        IovaExplanation.NeverMapped.class,
                        never -> assertThat(never.below()).isSameAs(ring));
        ring.close();
        assertThat(space.mappings().explain(iova + 0x20)).isInstanceOfSatisfying(IovaExplanation.Ended.class, ended -> {
            assertThat(ended.label()).isEqualTo("ring");
            assertThat(ended.offset()).isEqualTo(0x20);
            assertThat(ended.toString()).contains("ring", "unmapped");
        });
        IovaRange last = space.usable().getLast();
        if (last.last() != -1) {
            assertThat(space.mappings().explain(last.last() + 1)).isInstanceOf(IovaExplanation.OutsideUsable.class);
        }
    }

    @Test
    void limits_are_told_before_they_are_hit() {
        AddressSpace space = space();
        long granule = space.limits().granule();
        assertThat(Long.bitCount(granule)).isEqualTo(1);
        assertThat(space.limits().pageSizes() & granule).isNotZero();
        OptionalLong before = space.limits().remainingMaps();
        DmaMapping mapping = mapPage(space);
        before.ifPresent(maps -> assertThat(space.limits().remainingMaps()).hasValue(maps - 1));
        mapping.close();
        assertThat(space.limits().remainingMaps()).isEqualTo(before);
    }

    @Test
    void a_space_is_not_closed_under_its_device() {
        AddressSpace space = emptySpace();
        var device = openIn(space);
        DmaMapping mapping = mapPage(space);
        assertThatThrownBy(space::close).isInstanceOf(IllegalStateException.class);
        assertThat(mapping.isOpen()).isTrue();
        assertThat(mapPage(space).isOpen()).isTrue();
        device.close();
        space.close();
        assertThat(mapping.isOpen()).isFalse();
    }

    @Test
    void closing_a_space_ends_its_mappings_and_takes_no_more() {
        AddressSpace space = emptySpace();
        openIn(space).close();
        DmaMapping mapping = mapPage(space);
        TestMemory memory = closing(TestMemory.ofPages(1));
        space.close();
        space.close();
        assertThat(mapping.isOpen()).isFalse();
        mapping.close();
        assertThatThrownBy(() -> space.map(memory.source(), MapRequest.defaults()))
                .isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> openIn(space)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void threads_map_and_unmap_at_the_same_time() throws Exception {
        AddressSpace space = space();
        TestMemory memory = closing(TestMemory.ofPages(4));
        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                var source = memory.source(i * TestMemory.page(), TestMemory.page());
                all.add(threads.submit(() -> {
                    for (int round = 0; round < 50; round++) {
                        try (DmaMapping mapping = space.map(source, MapRequest.defaults())) {
                            assertThat(space.mappings().find(mapping.iova())).isSameAs(mapping);
                        }
                    }
                }));
            }
            for (Future<?> one : all) {
                one.get();
            }
        }
        assertThat(space.mappings().size()).isZero();
    }
}
