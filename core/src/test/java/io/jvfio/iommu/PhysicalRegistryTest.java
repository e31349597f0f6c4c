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
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class PhysicalRegistryTest {
    private static final long PAGE = 0x1000;
    private static final MapRequest ANYWHERE = MapRequest.defaults();

    private final Arena arena = Arena.ofShared();
    private final FakePhysicalBackend backend = new FakePhysicalBackend(2);
    private final DmaRegistry registry =
            DmaRegistry.physical(DmaRegistry.Settings.defaults("no-IOMMU space"), PAGE, backend);

    @AfterEach
    void free() {
        arena.close();
    }

    @Test
    void a_mapping_is_as_many_runs_as_its_memory_has() {
        DmaMapping mapping = registry.map(pages(5), ANYWHERE);

        assertThat(mapping.iova()).isEqualTo(0x100_0000);
        assertThat(mapping.length()).isEqualTo(5 * PAGE);
        assertThat(mapping.range()).isEqualTo(IovaRange.of(0x100_0000, 2 * PAGE));
        assertThat(mapping.contiguous(0)).isEqualTo(2 * PAGE);
        assertThat(mapping.contiguous(PAGE + 0x10)).isEqualTo(PAGE - 0x10);
        assertThat(mapping.deviceAddress(2 * PAGE)).isEqualTo(0x100_4000);
        assertThat(mapping.deviceAddress(5 * PAGE - 1)).isEqualTo(0x100_8fff);
        assertThat(mapping.contiguous(5 * PAGE - 1)).isEqualTo(1);
        assertThatThrownBy(() -> mapping.deviceAddress(5 * PAGE)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> mapping.contiguous(-1)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void a_physical_address_is_found_and_explained() {
        DmaMapping mapping = registry.map(pages(4), ANYWHERE.withLabel("ring"));

        assertThat(registry.mappings().size()).isEqualTo(1);
        assertThat(registry.mappings().find(0x100_5fff)).isSameAs(mapping);
        assertThat(registry.mappings().find(0x100_2000)).isNull();
        assertThat(registry.mappings().explain(0x100_4010))
                .isInstanceOfSatisfying(
                        IovaExplanation.Mapped.class,
                        mapped -> assertThat(mapped.offset()).isEqualTo(2 * PAGE + 0x10));
        List<DmaMapping> seen = new ArrayList<>();
        registry.mappings().forEach(seen::add);
        assertThat(seen).containsExactly(mapping);
        mapping.close();
        assertThat(registry.mappings().explain(0x100_4010))
                .isInstanceOfSatisfying(
                        IovaExplanation.Ended.class,
                        ended -> assertThat(ended.offset()).isEqualTo(2 * PAGE + 0x10));
    }

    @Test
    void a_transfer_within_one_mapping_crosses_its_runs_only_where_the_addresses_do() {
        registry.map(pages(4), ANYWHERE);
        DmaPin pin = new DmaPin();

        assertThat(registry.mappings().pin(0x100_0000, 2 * PAGE, Access.READ, pin))
                .isEqualTo(DmaPin.Result.PINNED);
        pin.close();
        assertThat(registry.mappings().pin(0x100_0000, 2 * PAGE + 1, Access.READ, pin))
                .isEqualTo(DmaPin.Result.UNMAPPED);
        assertThat(pin.fault()).isEqualTo(0x100_2000);
    }

    @Test
    void a_fixed_address_is_refused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> registry.map(pages(1), ANYWHERE.withIova(0x1_0000)))
                .withMessageContaining("without an IOMMU")
                .withMessageContaining("0x10000");
        assertThat(backend.pinned()).isEmpty();
    }

    @Test
    void memory_outside_the_devices_reach_is_let_go() {
        backend.placeNextAt(0x1_0000_0000L);

        assertThatThrownBy(() -> registry.map(pages(1), ANYWHERE.withWithin(IovaRange.ofBits(32))))
                .isInstanceOf(IovaExhaustedException.class)
                .hasMessageContaining("0x100000000..0x100000fff")
                .hasMessageContaining("0x0..0xffffffff");
        assertThat(backend.pinned()).isEmpty();
        assertThat(registry.mappings().size()).isZero();
    }

    @Test
    void memory_that_is_not_aligned_as_asked_is_let_go() {
        backend.placeNextAt(0x100_1000);

        assertThatThrownBy(() -> registry.map(pages(1), ANYWHERE.withAlignment(0x2000)))
                .isInstanceOf(IovaExhaustedException.class)
                .hasMessageContaining("not aligned to 0x2000");
        assertThat(backend.pinned()).isEmpty();
    }

    @Test
    void the_same_pages_are_not_mapped_twice() {
        DmaMapping mapping = registry.map(pages(1), ANYWHERE.withLabel("first"));
        backend.placeNextAt(mapping.iova());

        assertThatThrownBy(() -> registry.map(pages(1), ANYWHERE)).isInstanceOfSatisfying(VfioException.class, e -> {
            assertThat(e.errno()).isEqualTo(Errno.EEXIST);
            assertThat(e.hint()).contains("\"first\"");
        });
        assertThat(registry.mappings().size()).isEqualTo(1);
    }

    @Test
    void pages_that_cannot_be_let_go_stay_mapped() {
        DmaMapping mapping = registry.map(pages(3), ANYWHERE);
        backend.refuseUnmaps(true);
        assertThatThrownBy(mapping::close).isInstanceOf(VfioException.class);
        assertThat(mapping.isOpen()).isTrue();
        assertThat(registry.mappings().size()).isEqualTo(1);

        backend.refuseUnmaps(false);
        mapping.close();
        assertThat(backend.pinned()).isEmpty();
        assertThat(registry.mappings().size()).isZero();
    }

    @Test
    void nobody_joins_where_there_is_no_iommu() {
        assertThatIllegalStateException()
                .isThrownBy(() -> registry.attach(new FakeBackend(), List.of(IovaRange.ALL), PAGE))
                .withMessageContaining("no-IOMMU space has no IOMMU");
    }

    private DmaSource pages(int count) {
        MemorySegment memory = arena.allocate(count * PAGE, PAGE);
        return new DmaSource.Segment(memory);
    }
}
