// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.internal.sys.Descriptor;
import io.jvfio.internal.uapi.IommuDestroy;
import io.jvfio.internal.uapi.IommuIoasAlloc;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** What a privileged helper does with an iommufd of its own. */
final class RawIommufd {
    private RawIommufd() {}

    /** The id of a new IOAS. */
    static int allocateIoas(Descriptor iommufd) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment argument = IommuIoasAlloc.STRUCT.allocate(arena, IommuIoasAlloc.request());
            assertThat(iommufd.ioctl(IommuIoasAlloc.IOMMU_IOAS_ALLOC.request(), argument))
                    .isZero();
            return IommuIoasAlloc.STRUCT.read(argument).outIoasId();
        }
    }

    /** 0, or {@code -errno}. */
    static int destroy(Descriptor iommufd, int id) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment argument = IommuDestroy.STRUCT.allocate(arena, new IommuDestroy(id));
            return iommufd.ioctl(IommuDestroy.IOMMU_DESTROY.request(), argument);
        }
    }
}
