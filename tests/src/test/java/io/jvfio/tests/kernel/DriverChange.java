// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.kernel;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Another driver for a PCI function of vfio-pci, which gets it back on close. */
final class DriverChange implements AutoCloseable {
    private static final Path BUS = Path.of("/sys/bus/pci");

    private final String address;

    private DriverChange(String address) {
        this.address = address;
    }

    static DriverChange to(String driver, String address) throws IOException {
        DriverChange change = new DriverChange(address);
        change.bind(driver);
        return change;
    }

    /** The driver that has the function now. */
    String driver() throws IOException {
        return Files.readSymbolicLink(function().resolve("driver"))
                .getFileName()
                .toString();
    }

    private void bind(String driver) throws IOException {
        Path unbind = function().resolve("driver/unbind");
        if (Files.exists(unbind)) {
            Files.writeString(unbind, address);
        }
        Files.writeString(function().resolve("driver_override"), driver);
        Files.writeString(BUS.resolve("drivers_probe"), address);
    }

    private Path function() {
        return BUS.resolve("devices").resolve(address);
    }

    @Override
    public void close() throws IOException {
        bind("vfio-pci");
    }
}
