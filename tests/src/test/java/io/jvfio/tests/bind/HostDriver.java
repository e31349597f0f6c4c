// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.bind;

import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.tests.lab.LabDrivers;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** A function of vfio-pci that has its own driver until this is closed. */
final class HostDriver implements AutoCloseable {
    private static final Path BUS = Path.of("/sys/bus/pci");

    private final String address;

    private HostDriver(String address) {
        this.address = address;
    }

    /** Loads the driver and lets the kernel give it the function. */
    static HostDriver give(String driver, String address) throws IOException {
        shell("modprobe " + driver);
        HostDriver given = new HostDriver(address);
        LabDrivers.letKernelBind(address, driver);
        assertThat(given.driver()).isEqualTo(driver);
        assertThat(given.override()).isEqualTo("(null)");
        return given;
    }

    private Path path(String name) {
        return BUS.resolve("devices").resolve(address).resolve(name);
    }

    /** The driver that has it now, empty if none has. */
    String driver() throws IOException {
        return LabDrivers.driver(address);
    }

    String override() throws IOException {
        return Files.readString(path("driver_override")).strip();
    }

    String state() throws IOException {
        return driver() + " " + override();
    }

    /** The network interface that its driver has made. */
    String networkInterface() throws IOException {
        try (Stream<Path> names = Files.list(path("net"))) {
            return names.findFirst().orElseThrow().getFileName().toString();
        }
    }

    /** As the tests find it: on vfio-pci by name. */
    @Override
    public void close() throws IOException {
        LabDrivers.bind(address, "vfio-pci");
        assertThat(driver()).isEqualTo("vfio-pci");
    }

    /** Runs a command of a shell, which must succeed. */
    static void shell(String command) throws IOException {
        Process process = new ProcessBuilder("bash", "-c", command)
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            assertThat(process.waitFor()).as("%s: %s", command, output).isZero();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }
}
