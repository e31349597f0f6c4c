// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * Pulls {@link LabDevices#HOT_PLUGGABLE} out and puts it back. Closing puts it back if it is out, so that the next test
 * finds it bound to vfio-pci.
 *
 * <p>Threads: one thread at a time.
 */
public final class HotPlug implements AutoCloseable {

    private static final Path FUNCTION = Path.of("/sys/bus/pci/devices", LabDevices.HOT_PLUGGABLE);
    private static final Duration GUEST_TIME = Duration.ofSeconds(60);
    private static final Duration POLL_INTERVAL = Duration.ofMillis(20);

    private final QemuMonitor monitor;
    private boolean in = true;

    private HotPlug(QemuMonitor monitor) {
        this.monitor = monitor;
    }

    /** Connects to QEMU's monitor; the device stays where it is. */
    public static HotPlug open() throws IOException {
        return new HotPlug(QemuMonitor.open());
    }

    /** Asks for the device and returns at once. The guest lets go of it some 5 s later, and only when nobody holds it. */
    public void pullOut() throws IOException {
        monitor.unplug(LabDevices.HOT_PLUGGABLE_ID);
        in = false;
    }

    /** Waits until QEMU says that the device is gone; false if it is still there after the given time. */
    public boolean awaitGone(Duration time) throws IOException {
        return monitor.awaitEvent("DEVICE_DELETED", "\"device\": \"" + LabDevices.HOT_PLUGGABLE_ID + "\"", time)
                .isPresent();
    }

    /** Puts a new device into the slot, waits until the guest has seen it, and binds it to vfio-pci. */
    public void putBack() throws IOException {
        monitor.plugHot();
        in = true;
        await(() -> Files.exists(FUNCTION.resolve("driver_override")), "the guest sees the device");
        LabDrivers.bind(LabDevices.HOT_PLUGGABLE, "vfio-pci");
    }

    private static void await(BooleanSupplier condition, String words) throws IOException {
        long deadline = System.nanoTime() + GUEST_TIME.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - deadline >= 0) {
                throw new IOException("not within " + GUEST_TIME.toSeconds() + " s: " + words);
            }
            LockSupport.parkNanos(POLL_INTERVAL.toNanos());
        }
    }

    @Override
    public void close() throws IOException {
        try (monitor) {
            if (!in) {
                if (Files.exists(FUNCTION)) {
                    awaitGone(GUEST_TIME);
                }
                putBack();
            }
        }
    }
}
