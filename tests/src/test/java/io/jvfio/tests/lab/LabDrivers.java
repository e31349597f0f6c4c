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
    /** The parameter of vfio-pci that {@link #allowVirtualFunctions} sets. */
    public static final Path ENABLE_SRIOV = Path.of("/sys/module/vfio_pci/parameters/enable_sriov");

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

    /** Binds a function to a driver that is named, and waits for it. A driver that has it, or just takes it, has to let go. */
    public static void bind(String address, String driver) throws IOException {
        bind(address, driver, driver);
    }

    /** Lets the kernel choose, which has to come to this driver, and waits for that. */
    public static void letKernelBind(String address, String driver) throws IOException {
        bind(address, "", driver);
    }

    private static void bind(String address, String override, String driver) throws IOException {
        Files.writeString(function(address).resolve("driver_override"), override + "\n");
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

    /** Whether vfio-pci makes virtual functions of what it has. */
    public static void allowVirtualFunctions(boolean allowed) throws IOException {
        Files.writeString(ENABLE_SRIOV, allowed ? "Y" : "N");
    }

    private static Path function(String address) {
        return BUS.resolve("devices").resolve(address);
    }
}
