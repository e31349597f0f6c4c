// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.kernel;

import io.jvfio.tests.lab.LabDrivers;
import java.io.IOException;

/** Another driver for a PCI function of vfio-pci, which gets it back on close. */
final class DriverChange implements AutoCloseable {
    private final String address;

    private DriverChange(String address) {
        this.address = address;
    }

    static DriverChange to(String driver, String address) throws IOException {
        LabDrivers.bind(address, driver);
        return new DriverChange(address);
    }

    /** The driver that has the function now. */
    String driver() throws IOException {
        return LabDrivers.driver(address);
    }

    @Override
    public void close() throws IOException {
        LabDrivers.bind(address, "vfio-pci");
    }
}
