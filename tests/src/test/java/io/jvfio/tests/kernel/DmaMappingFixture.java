// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.device.VfioDevice;
import io.jvfio.iommu.AddressSpace;
import io.jvfio.iommu.DmaMapping;
import io.jvfio.iommu.DmaSource;
import io.jvfio.iommu.MapRequest;
import io.jvfio.testkit.TestMemory;
import io.jvfio.tests.lab.AccessMode;
import io.jvfio.tests.lab.IommuPageTable;
import io.jvfio.tests.lab.LabDevices;
import java.io.IOException;
import java.util.Optional;
import org.junit.jupiter.params.Parameter;

/** Maps memory of one page, of any size, and looks for it in the IOMMU's own table. */
abstract class DmaMappingFixture extends KernelFixture {

    /** The fixture's variants: the size of the memory, in one page. */
    enum Pages {
        ANONYMOUS(4096),
        ANONYMOUS_HUGETLB_2MB(2L << 20),
        ANONYMOUS_HUGETLB_1GB(1L << 30);

        final long size;

        Pages(long size) {
            this.size = size;
        }
    }

    @Parameter
    AccessMode mode;

    final void mapAndUnmap(Pages pages) throws IOException {
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
}
