// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** Which kernel driver a PCI function of the guest has. Threads: stateless. */
public final class LabDrivers {
    private static final Path BUS = Path.of("/sys/bus/pci");
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration PAUSE = Duration.ofMillis(20);

    private LabDrivers() {}

    /** The driver that has a function now; empty if none has. */
    public static String driver(String address) throws IOException {
        try {
            return Files.readSymbolicLink(function(address).resolve("driver"))
                    .getFileName()
                    .toString();
        } catch (NoSuchFileException none) {
            return "";
        }
    }

    /** Gives a function to a driver, and waits for it. A driver that has it, or just takes it, has to let it go. */
    public static void bind(String address, String driver) throws IOException {
        Files.writeString(function(address).resolve("driver_override"), driver);
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!driver(address).equals(driver)) {
            if (System.nanoTime() - end >= 0) {
                throw new IOException(
                        driver + " does not take " + address + "; its driver is \"" + driver(address) + '"');
            }
            try {
                Files.writeString(function(address).resolve("driver/unbind"), address);
            } catch (NoSuchFileException unbound) {
                // Then it can be taken at once.
            }
            Files.writeString(BUS.resolve("drivers_probe"), address);
            LockSupport.parkNanos(PAUSE.toNanos());
        }
    }

    private static Path function(String address) {
        return BUS.resolve("devices").resolve(address);
    }
}
