// SPDX-License-Identifier: Apache-2.0
package io.jvfio.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jvfio.device.VfioDevice;
import io.jvfio.iommu.AddressSpace;
import io.jvfio.iommu.DmaMapping;
import io.jvfio.iommu.IovaExhaustedException;
import io.jvfio.iommu.IovaRange;
import io.jvfio.iommu.MapRequest;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * What holds for every {@link AddressSpace} without an IOMMU: device addresses are found, not chosen.
 *
 * <p>Threads: one at a time.
 */
public abstract class PhysicalAddressSpaceContract extends CarrierContract {

    private static final long HUGE_PAGE = 2 << 20;

    /** For subclasses. */
    protected PhysicalAddressSpaceContract() {}

    /** A huge page: its place in memory is fixed, and it lies together. */
    @Override
    protected TestMemory memory() {
        return TestMemory.of(HUGE_PAGE, HUGE_PAGE);
    }

    @Test
    void a_space_without_an_iommu_says_so() {
        AddressSpace space = open().addressSpace();
        assertThat(space.translated()).isFalse();
        assertThat(space.description()).isNotBlank();
        assertThat(space.coherent()).isTrue();
    }

    @Test
    void the_device_address_of_each_byte_is_known() {
        AddressSpace space = open().addressSpace();
        DmaMapping mapping = map(space, MapRequest.defaults().withLabel("ring"));
        assertThat(mapping.length()).isEqualTo(HUGE_PAGE);
        assertThat(mapping.label()).isEqualTo("ring");
        assertThat(mapping.contiguous(0)).isEqualTo(HUGE_PAGE);
        assertThat(mapping.deviceAddress(0) & HUGE_PAGE - 1).isZero();
        assertThat(mapping.deviceAddress(0)).isNotZero().isEqualTo(mapping.iova());
        assertThat(mapping.deviceAddress(0x12345)).isEqualTo(mapping.iova() + 0x12345);
        assertThat(mapping.contiguous(0x12345)).isEqualTo(HUGE_PAGE - 0x12345);
        assertThatThrownBy(() -> mapping.deviceAddress(HUGE_PAGE)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void different_memory_lies_at_different_addresses() {
        AddressSpace space = open().addressSpace();
        List<DmaMapping> mappings = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            DmaMapping next = map(space, MapRequest.defaults());
            assertThat(mappings).noneMatch(other -> other.range().overlaps(next.range()));
            mappings.add(next);
        }
        for (DmaMapping mapping : mappings) {
            assertThat(space.mappings().find(mapping.deviceAddress(HUGE_PAGE - 1)))
                    .isSameAs(mapping);
        }
        mappings.forEach(DmaMapping::close);
        assertThat(space.mappings().size()).isZero();
    }

    @Test
    void a_fixed_address_is_refused() {
        AddressSpace space = open().addressSpace();
        assertThatThrownBy(() -> map(space, MapRequest.defaults().withIova(0x10_0000)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("without an IOMMU");
        assertThat(space.mappings().size()).isZero();
    }

    @Test
    void memory_outside_of_what_the_device_reaches_is_refused() {
        AddressSpace space = open().addressSpace();
        assertThatThrownBy(() -> map(space, MapRequest.defaults().withWithin(new IovaRange(0, 0xfff))))
                .isInstanceOf(IovaExhaustedException.class);
        assertThat(space.mappings().size()).isZero();
    }

    @Test
    void a_mapping_ends_once_and_its_memory_can_be_mapped_again() {
        AddressSpace space = open().addressSpace();
        TestMemory memory = closing(memory());
        DmaMapping first = closing(space.map(memory.source(), MapRequest.defaults()));
        first.close();
        assertThat(first.isOpen()).isFalse();
        DmaMapping second = closing(space.map(memory.source(), MapRequest.defaults()));
        first.close();
        assertThat(second.isOpen()).isTrue();
        assertThat(second.iova()).isEqualTo(first.iova());
    }

    @Test
    void closing_a_space_ends_its_mappings_and_takes_no_more() {
        AddressSpace space = emptySpace();
        VfioDevice device = openIn(space);
        DmaMapping mapping = map(space, MapRequest.defaults());
        assertThatThrownBy(space::close).isInstanceOf(IllegalStateException.class);
        device.close();
        assertThat(mapping.isOpen()).isTrue();
        space.close();
        assertThat(mapping.isOpen()).isFalse();
        assertThatThrownBy(() -> map(space, MapRequest.defaults())).isInstanceOf(IllegalStateException.class);
    }

    private DmaMapping map(AddressSpace space, MapRequest request) {
        return closing(space.map(closing(memory()).source(), request));
    }
}
