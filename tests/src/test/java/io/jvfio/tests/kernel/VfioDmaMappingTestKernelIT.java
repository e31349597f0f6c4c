// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jvfio.device.VfioDevice;
import io.jvfio.iommu.AddressSpace;
import io.jvfio.iommu.DmaMapping;
import io.jvfio.iommu.DmaSource;
import io.jvfio.iommu.IovaRange;
import io.jvfio.iommu.MapRequest;
import io.jvfio.testkit.TestMemory;
import io.jvfio.tests.lab.AccessMode;
import io.jvfio.tests.lab.IommuPageTable;
import io.jvfio.tests.lab.LabDevices;
import java.io.IOException;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The cases of the kernel's {@code tools/testing/selftests/vfio/vfio_dma_mapping_test.c}: {@code dma_map_unmap} with three
 * sizes of page, and {@code unmap_range}, {@code unmap_all} and {@code overflow} at the end of the address space.
 */
@InEveryAccessMode
final class VfioDmaMappingTestKernelIT extends KernelFixture {

    /** The fixture's variants: the size of the memory, in one page. */
    enum Pages {
        ANONYMOUS(4096),
        ANONYMOUS_HUGETLB_2MB(2L << 20),
        ANONYMOUS_HUGETLB_1GB(1L << 30);

        private final long size;

        Pages(long size) {
            this.size = size;
        }
    }

    @Parameter
    AccessMode mode;

    @ParameterizedTest
    @EnumSource
    void dma_map_unmap(Pages pages) throws IOException {
        VfioDevice device = open(mode, LabDevices.IGB);
        AddressSpace space = device.addressSpace();
        TestMemory memory = closing(TestMemory.of(pages.size, pages.size));
        DmaSource anonymousOrFile = mode.isCdev() ? memory.source() : new DmaSource.Segment(memory.bytes());
        MapRequest aligned = MapRequest.defaults().withAlignment(pages.size);
        DmaMapping mapping = closing(space.map(anonymousOrFile, aligned));
        assertThat(mapping.length()).isEqualTo(pages.size);
        assertThat(space.mappings().find(mapping.iova() + pages.size - 1)).isSameAs(mapping);
        checkPage(mapping.iova(), Optional.of(expectedPage(pages.size)));
        mapping.close();
        assertThat(space.mappings().find(mapping.iova())).isNull();
        checkPage(mapping.iova(), Optional.empty());
    }

    /** As in the original: a kernel that does not show its page tables is not asked. */
    private static void checkPage(long iova, Optional<Long> size) throws IOException {
        if (IommuPageTable.isReadable()) {
            assertThat(IommuPageTable.pageSize(LabDevices.IGB, iova)).isEqualTo(size);
        }
    }

    /** The compatibility layer maps in small pages for type1, whose unmap may start anywhere. */
    private long expectedPage(long size) {
        return mode == AccessMode.COMPAT_TYPE1 ? TestMemory.page() : size;
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
