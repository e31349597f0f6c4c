// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.removal;

import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.tests.lab.LabDevices;
import io.jvfio.tests.lab.LabDrivers;
import io.jvfio.tests.lab.QemuMonitor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** The lab's hot-pluggable e1000e: how it is taken away and how it comes back. Threads: one at a time. */
final class HotDevice {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final long PAUSE_NANOS = 5_000_000;
    private static final String ADDRESS = LabDevices.HOT_PLUGGABLE;
    private static final Path FOLDER = Path.of("/sys/bus/pci/devices", ADDRESS);
    private static final Path DRIVER = Path.of("/sys/bus/pci/drivers/vfio-pci");

    private HotDevice() {}

    /** Presses the button of its slot; the guest lets it go five seconds later, if nobody holds it. */
    static void unplug() throws IOException {
        try (QemuMonitor monitor = QemuMonitor.open()) {
            monitor.unplug(LabDevices.HOT_PLUGGABLE_ID);
        }
    }

    /** Takes the driver away. The kernel asks whoever holds the device, and waits: so this is done when that has closed. */
    static CompletableFuture<Void> unbind() {
        CompletableFuture<Void> done = new CompletableFuture<>();
        Thread.ofPlatform().daemon().name("unbind").start(() -> {
            try {
                write(DRIVER.resolve("unbind"), ADDRESS);
                done.complete(null);
            } catch (IOException | RuntimeException e) {
                done.completeExceptionally(e);
            }
        });
        return done;
    }

    /** Waits until neither the guest nor QEMU has it any more. */
    static void awaitAbsence() throws IOException {
        await("the guest has the device still", () -> !Files.exists(FOLDER));
        try (QemuMonitor monitor = QemuMonitor.open()) {
            await("QEMU has the device still", () -> !isPlugged(monitor));
        }
    }

    private static boolean isPlugged(QemuMonitor monitor) {
        try {
            return monitor.execute("qom-list", "{\"path\":\"/machine/peripheral\"}")
                    .contains("\"name\": \"" + LabDevices.HOT_PLUGGABLE_ID + "\"");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static boolean isBound() {
        return Files.exists(DRIVER.resolve(ADDRESS));
    }

    /** Makes it what the other tests expect, whatever has been done with it. */
    static void restore() throws IOException {
        if (!Files.exists(FOLDER)) {
            awaitAbsence();
            try (QemuMonitor monitor = QemuMonitor.open()) {
                monitor.plugHot();
            }
            await("the device does not come back", () -> Files.exists(FOLDER.resolve("driver_override")));
        }
        LabDrivers.bind(ADDRESS, "vfio-pci");
        await("the device has no node", () -> Files.exists(FOLDER.resolve("vfio-dev")));
    }

    private static void write(Path file, String text) throws IOException {
        Files.writeString(file, text, StandardOpenOption.WRITE);
    }

    private static void await(String problem, BooleanSupplier condition) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime() - end).as(problem).isNegative();
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }
}
