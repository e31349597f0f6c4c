// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jvfio.device.VfioDevice;
import io.jvfio.iommu.AddressSpace;
import io.jvfio.iommu.DmaMapping;
import io.jvfio.iommu.IovaRange;
import io.jvfio.iommu.MapRequest;
import io.jvfio.testkit.TestMemory;
import io.jvfio.tests.lab.LabDevices;
import io.jvfio.tests.lab.LabParts;
import java.io.IOException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The cases of the kernel's {@code tools/testing/selftests/vfio/vfio_dma_mapping_test.c}: {@code dma_map_unmap} with three
 * sizes of page, and {@code unmap_range}, {@code unmap_all} and {@code overflow} at the end of the address space.
 */
@InEveryAccessMode
@Tag(LabParts.NEEDS_IGB)
final class VfioDmaMappingTestKernelIT extends DmaMappingFixture {

    @ParameterizedTest
    @EnumSource(names = "ANONYMOUS_HUGETLB_1GB", mode = EnumSource.Mode.EXCLUDE)
    void dma_map_unmap(Pages pages) throws IOException {
        mapAndUnmap(pages);
    }

    /** The page is cleared each time, which takes seconds here. */
    @Test
    @Tag("long")
    void dma_map_unmap_of_a_gigabyte() throws IOException {
        mapAndUnmap(Pages.ANONYMOUS_HUGETLB_1GB);
    }

    @Test
    void unmap_range_at_the_end_of_the_address_space() {
        AddressSpace space = open(mode, LabDevices.IGB).addressSpace();
        DmaMapping mapping = mapLastPage(space);
        mapping.close();
        assertThat(space.mappings().size()).isZero();
        mapLastPage(space).close();
    }

    /** Here all is unmapped by closing the address space. */
    @Test
    void unmap_all_at_the_end_of_the_address_space() {
        AddressSpace space = emptySpace(mode, LabDevices.IGB);
        VfioDevice device = openIn(space, mode, LabDevices.IGB);
        DmaMapping last = mapLastPage(space);
        DmaMapping first = closing(space.map(closing(TestMemory.ofPages(1)).source(), MapRequest.defaults()));
        device.close();
        space.close();
        assertThat(last.isOpen()).isFalse();
        assertThat(first.isOpen()).isFalse();
    }

    @Test
    void overflow_past_the_end_of_the_address_space() {
        AddressSpace space = open(mode, LabDevices.IGB).addressSpace();
        TestMemory memory = closing(TestMemory.ofPages(2));
        MapRequest atTheEnd = MapRequest.defaults().withIova(-TestMemory.page());
        assertThatThrownBy(() -> space.map(memory.source(), atTheEnd)).isInstanceOf(IllegalArgumentException.class);
        assertThat(space.mappings().size()).isZero();
    }

    private DmaMapping mapLastPage(AddressSpace space) {
        IovaRange last = space.usable().getLast();
        long iova = last.last() & -TestMemory.page();
        TestMemory memory = closing(TestMemory.ofPages(1));
        DmaMapping mapping =
                closing(space.map(memory.source(), MapRequest.defaults().withIova(iova)));
        assertThat(mapping.range().last()).isEqualTo(last.last());
        return mapping;
    }
}
