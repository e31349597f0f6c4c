// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.nvme;

import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.Vfio;
import io.jvfio.driver.nvme.CompletionMode;
import io.jvfio.pci.PciDevice;
import io.jvfio.tests.lab.AccessMode;
import io.jvfio.tests.lab.LabDevices;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The driver on QEMU's controller, through its own node and iommufd. */
@Tag("mode-iommufd")
@Tag("quick")
final class NvmeDriverIommufdKernelIT extends NvmeDriverContract {

    @Override
    protected PciDevice openDevice() {
        Vfio context = closing(Vfio.create());
        return context.openPci(AccessMode.IOMMUFD.locator(LabDevices.NVME), AccessMode.IOMMUFD.options());
    }

    @Override
    protected long testSize() {
        return 64 << 20;
    }

    @Test
    @Tag("long")
    @Timeout(value = 10, unit = TimeUnit.MINUTES)
    void a_GiB_that_is_written_at_queue_depth_32_is_read_again() {
        assertThat(controller().namespaces().getFirst().info().size()).isGreaterThanOrEqualTo(1L << 30);
        writeAndVerify(controller(), CompletionMode.ADAPTIVE, 1L << 30, 77);
    }
}
