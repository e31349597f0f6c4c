// SPDX-License-Identifier: Apache-2.0
package io.jvfio;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HintsTest {

    @ParameterizedTest
    @CsvSource({
        "VFIO_IOMMU_MAP_DMA, 12, ulimit",
        "VFIO_IOMMU_MAP_DMA, 28, dma_entry_limit",
        "VFIO_IOMMU_MAP_DMA, 17, overlaps",
        "VFIO_IOMMU_MAP_DMA, 22, page size",
        "IOMMU_IOAS_MAP, 12, ulimit",
        "IOMMU_IOAS_MAP_FILE, 12, ulimit",
        "VFIO_GROUP_SET_CONTAINER, 1, kernel driver",
        "VFIO_GROUP_GET_DEVICE_FD, 13, VF token",
        "VFIO_SET_IOMMU, 1, allow_unsafe_interrupts",
        "VFIO_DEVICE_BIND_IOMMUFD, 1, iommufd",
        "VFIO_DEVICE_ATTACH_IOMMUFD_PT, 98, before mapping",
        "VFIO_NOIOMMU, 1, enable_unsafe_noiommu_mode",
        "VFIO_DEVICE_RESET, 25, no reset",
        "open, 13, udev",
        "open, 16, fuser",
        "fallocate, 28, nr_hugepages",
        "eventfd, 24, RLIMIT_NOFILE",
    })
    void a_known_failure_has_its_remedy(String call, int errno, String word) {
        assertThat(Hints.of(call, errno)).contains(word);
        assertThat(VfioException.of(call, errno, "x").hint()).contains(word);
    }

    @Test
    void an_unknown_failure_has_none() {
        assertThat(Hints.of("VFIO_IOMMU_MAP_DMA", Errno.EXDEV)).isEmpty();
        assertThat(Hints.of("no_such_call", Errno.EINVAL)).isEmpty();
    }

    @Test
    void the_message_has_call_errno_subject_and_hint() {
        VfioException failure = VfioException.of("VFIO_IOMMU_MAP_DMA", Errno.ENOSPC, "iova 0x1000, size 0x2000");
        assertThat(failure)
                .hasMessageStartingWith("VFIO_IOMMU_MAP_DMA failed: ENOSPC (28): iova 0x1000, size 0x2000; hint: ")
                .hasMessageContaining("dma_entry_limit");
        assertThat(VfioException.of("x", 4711, "y")).hasMessage("x failed: errno 4711 (4711): y");
    }
}
