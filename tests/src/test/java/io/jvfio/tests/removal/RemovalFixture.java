// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.removal;

import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.device.DeviceGoneException;
import io.jvfio.interrupt.InterruptType;
import io.jvfio.interrupt.Interrupts;
import io.jvfio.mmio.Mmio;
import io.jvfio.mmio.Register32;
import io.jvfio.pci.PciDevice;
import io.jvfio.tests.lab.AccessMode;
import io.jvfio.tests.lab.LabDevices;
import io.jvfio.tests.lab.LabSession;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** What the tests of removal have in common: the device, who uses it, and how their use ends. */
abstract class RemovalFixture {
    static final Duration PATIENCE = Duration.ofSeconds(60);

    /** Of Intel's network cards: the receive address, which is 52:54:... or QEMU's default; never all ones. */
    static final Register32 ADDRESS = Register32.at(0x5400);

    LabSession lab;

    @BeforeEach
    void start() throws IOException {
        HotDevice.restore();
        lab = new LabSession();
    }

    @AfterEach
    void end() throws IOException {
        try {
            lab.close();
        } finally {
            HotDevice.restore();
        }
    }

    /** Reads a register in guarded loops on a thread of its own, until that fails. */
    static CompletableFuture<Long> accessUntilItFails(PciDevice device) {
        Mmio registers = device.bar(0).mmio();
        int address = device.guard(() -> registers.read(ADDRESS));
        CompletableFuture<Long> end = new CompletableFuture<>();
        Thread.ofPlatform().daemon().name("accesses").start(() -> {
            try {
                while (true) {
                    device.guard(() -> {
                        for (int i = 0; i < 100; i++) {
                            if (registers.read(ADDRESS) != address) {
                                throw new AssertionError("another value of a register of a device that is held");
                            }
                        }
                    });
                }
            } catch (RuntimeException | Error e) {
                end.completeExceptionally(e);
            }
        });
        return end;
    }

    /** Waits for an interrupt that does not come, until that fails. */
    static CompletableFuture<Long> awaitUntilItFails(Interrupts interrupts, int vector, Thread.Builder thread) {
        CompletableFuture<Long> end = new CompletableFuture<>();
        thread.start(() -> {
            try {
                end.complete(interrupts.await(vector, PATIENCE.plus(PATIENCE)));
            } catch (InterruptedException | RuntimeException e) {
                end.completeExceptionally(e);
            }
        });
        return end;
    }

    static Interrupts enable(PciDevice device) {
        assertThat(device.interrupts().available(InterruptType.MSIX)).isGreaterThanOrEqualTo(2);
        return device.interrupts().enable(InterruptType.MSIX, 2);
    }

    /** An edu in the same context, which goes on. */
    PciDevice bystander(AccessMode mode) {
        return lab.open(mode, LabDevices.EDU);
    }

    static void assertEndsAsGone(CompletableFuture<Long> use) {
        assertThat(use.handle((result, failure) -> failure)
                        .orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS)
                        .join())
                .isInstanceOf(DeviceGoneException.class);
    }

    static <T> T within(CompletableFuture<T> future) throws Exception {
        try {
            return future.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw new AssertionError("it does not end", e);
        }
    }
}
