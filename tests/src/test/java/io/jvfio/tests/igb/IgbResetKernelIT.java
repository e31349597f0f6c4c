// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.igb;

import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.pci.MmioFaultException;
import io.jvfio.tests.lab.LabParts;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Function-level reset, while the device is idle and while it is not. */
@Tag(LabParts.NEEDS_IGB)
final class IgbResetKernelIT extends IgbFixture {
    private static final int COMMAND = 0x04;
    private static final int COMMAND_MEMORY = 1 << 1;
    private static final int COMMAND_MASTER = 1 << 2;

    @Test
    void a_reset_leaves_the_function_as_after_power_on_and_keeps_what_this_process_holds() throws InterruptedException {
        long address = driver.address();

        device.reset();

        assertThat(device.config().read16(COMMAND) & (COMMAND_MASTER | COMMAND_MEMORY))
                .isEqualTo(COMMAND_MEMORY);
        assertThat(device.guard(() -> driver.registers().read(Igb.GPIE))).isZero();
        assertThat(device.guard(() -> driver.registers().read(Igb.RCTL))).isZero();
        assertThat(driver.address()).isEqualTo(address);
        assertThat(source.isOpen()).isTrue();
        driver.start();
        assertCopies(1);
        driver.raise(IgbDriver.SOFTWARE_VECTOR);
        assertThat(driver.interrupts().await(IgbDriver.SOFTWARE_VECTOR, PATIENCE))
                .isEqualTo(1);
    }

    @Test
    void a_reset_under_load_stops_the_rings_and_they_can_be_started_again()
            throws InterruptedException, ExecutionException, TimeoutException {
        for (int round = 0; round < 2; round++) {
            CountDownLatch busy = new CountDownLatch(20);
            CompletableFuture<Long> load = new CompletableFuture<>();
            AtomicBoolean reset = new AtomicBoolean();
            Thread.ofPlatform().name("igb-load").start(() -> copyUntilReset(busy, reset, load));
            assertThat(busy.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();

            device.reset();
            reset.set(true);

            assertThat(load.get(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                    .as("batches")
                    .isGreaterThanOrEqualTo(20);
            driver.start();
            assertCopies(round);
            driver.raise(IgbDriver.SOFTWARE_VECTOR);
            assertThat(driver.interrupts().await(IgbDriver.SOFTWARE_VECTOR, PATIENCE))
                    .isEqualTo(1);
        }
    }

    /** Keeps the rings full until the device was reset and no copy comes any more. */
    private void copyUntilReset(CountDownLatch busy, AtomicBoolean reset, CompletableFuture<Long> load) {
        long batches = 0;
        try {
            boolean arrived = true;
            while (arrived) {
                driver.startCopies(source.iova(), target.iova(), 1024, 256);
                do {
                    arrived = driver.awaitCopies(NO_COPY);
                } while (!arrived && !reset.get());
                if (arrived) {
                    batches++;
                    busy.countDown();
                }
            }
            load.complete(batches);
        } catch (MmioFaultException expected) {
            // The doorbell hit the moment in which the kernel has the registers unmapped.
            load.complete(batches);
        } catch (RuntimeException | Error e) {
            load.completeExceptionally(e);
        }
    }
}
