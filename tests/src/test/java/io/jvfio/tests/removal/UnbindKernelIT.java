// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.removal;

import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.examples.Edu;
import io.jvfio.interrupt.InterruptType;
import io.jvfio.interrupt.Interrupts;
import io.jvfio.pci.DeviceState;
import io.jvfio.pci.PciDevice;
import io.jvfio.tests.lab.AccessMode;
import io.jvfio.tests.lab.LabDevices;
import io.jvfio.tests.lab.LabParts;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** The driver is taken away from under a device that is held; the unbind returns when that is closed. */
@ParameterizedClass(name = "[mode={0}]")
@EnumSource(value = AccessMode.class, mode = EnumSource.Mode.EXCLUDE, names = "NOIOMMU")
final class UnbindKernelIT extends RemovalFixture {
    @Parameter
    AccessMode mode;

    @Test
    @Tag(LabParts.NEEDS_EDU)
    void without_a_listener_the_device_is_closed_at_once_and_others_go_on() throws Exception {
        PciDevice device = lab.open(mode, LabDevices.HOT_PLUGGABLE);
        PciDevice edu = bystander(mode);
        edu.enableBusMaster();
        Interrupts others = edu.interrupts().enable(InterruptType.MSI, 1);
        Interrupts interrupts = enable(device);
        CompletableFuture<Long> accesses = accessUntilItFails(device);
        CompletableFuture<Long> wait = awaitUntilItFails(interrupts, 0, Thread.ofPlatform());

        within(HotDevice.unbind());

        assertEndsAsGone(accesses);
        assertEndsAsGone(wait);
        assertThat(device.state()).isEqualTo(DeviceState.CLOSED);
        assertThat(HotDevice.isBound()).isFalse();
        edu.bar(0).mmio().write(Edu.IRQ_RAISE, 1);
        assertThat(others.await(0, PATIENCE)).isEqualTo(1);
        edu.bar(0).mmio().write(Edu.IRQ_ACKNOWLEDGE, 1);
    }

    @Test
    void a_listener_that_never_returns_is_waited_for_until_the_deadline() throws Exception {
        Duration deadline = Duration.ofMillis(300);
        PciDevice device = lab.open(mode, LabDevices.HOT_PLUGGABLE);
        CompletableFuture<Long> accesses = accessUntilItFails(device);
        Semaphore never = new Semaphore(0);
        device.removalDeadline(deadline);
        device.onRemoval(leaving -> never.acquireUninterruptibly());
        long asked = System.nanoTime();
        try {
            within(HotDevice.unbind());

            assertThat(System.nanoTime() - asked).isGreaterThanOrEqualTo(deadline.toNanos());
            assertEndsAsGone(accesses);
            assertThat(device.state()).isEqualTo(DeviceState.CLOSED);
        } finally {
            never.release();
        }
    }

    @Test
    void a_listener_may_close_the_device_itself_and_is_called_once() throws Exception {
        PciDevice device = lab.open(mode, LabDevices.HOT_PLUGGABLE);
        AtomicInteger calls = new AtomicInteger();
        AtomicInteger withdrawn = new AtomicInteger();
        device.onRemoval(leaving -> withdrawn.incrementAndGet()).close();
        device.onRemoval(leaving -> {
            calls.incrementAndGet();
            leaving.close();
        });
        device.onRemoval(leaving -> calls.incrementAndGet());

        within(HotDevice.unbind());

        assertThat(device.state()).isEqualTo(DeviceState.CLOSED);
        lab.close();
        assertThat(calls).hasValue(2);
        assertThat(withdrawn).hasValue(0);
    }
}
