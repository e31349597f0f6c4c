// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.removal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jvfio.interrupt.Interrupts;
import io.jvfio.iommu.DmaBuffer;
import io.jvfio.pci.DeviceState;
import io.jvfio.pci.PciDevice;
import io.jvfio.tests.lab.AccessMode;
import io.jvfio.tests.lab.LabDevices;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The device is pulled out: the kernel asks for it, what uses it ends, it is closed, and only then it goes. */
final class HotUnplugKernelIT extends RemovalFixture {

    @ParameterizedTest(name = "[mode={0}]")
    @EnumSource(
            value = AccessMode.class,
            names = {"TYPE1V2", "IOMMUFD"})
    void register_access_and_waits_end_when_the_listener_has_returned_and_the_device_goes(AccessMode mode)
            throws Exception {
        PciDevice device = lab.open(mode, LabDevices.HOT_PLUGGABLE);
        DmaBuffer buffer = device.dma().allocate(4096);
        Interrupts interrupts = enable(device);
        CompletableFuture<Long> accesses = accessUntilItFails(device);
        CompletableFuture<Long> wait = awaitUntilItFails(interrupts, 0, Thread.ofPlatform());
        CompletableFuture<Long> virtualWait = awaitUntilItFails(interrupts, 1, Thread.ofVirtual());
        CompletableFuture<DeviceState> heard = new CompletableFuture<>();
        device.onRemoval(leaving -> {
            // It can be used to the last: here a driver stops it.
            int address = leaving.guard(() -> leaving.bar(0).mmio().read(ADDRESS));
            assertThat(address).isNotEqualTo(-1);
            heard.complete(leaving.state());
        });

        HotDevice.unplug();

        assertThat(within(heard)).isEqualTo(DeviceState.LEAVING);
        assertEndsAsGone(accesses);
        assertEndsAsGone(wait);
        assertEndsAsGone(virtualWait);
        HotDevice.awaitAbsence();
        assertThat(device.state()).isEqualTo(DeviceState.CLOSED);
        assertThat(buffer.isOpen()).isFalse();
        assertThatThrownBy(device::config)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("removed");
        device.close();
    }
}
