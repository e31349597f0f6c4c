// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.vfiouser;

import io.jvfio.DeviceLocator;
import io.jvfio.Vfio;
import io.jvfio.pci.PciDevice;
import io.jvfio.vfiouser.VfioUserDevice;
import io.jvfio.vfiouser.VfioUserLimits;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A device that {@code jvfio serve} or {@code jvfio export} serves, in a process of its own, for the tests of a class. At the
 * end the command is told to end, and has to remove its socket.
 *
 * <p>Threads: one test at a time.
 */
public final class ServedProcess implements BeforeAllCallback, AfterAllCallback {
    private final List<String> command;
    private CommandServer server;

    /** What the command line says, without the socket. */
    public ServedProcess(String... command) {
        this.command = List.of(command);
    }

    @Override
    public void beforeAll(ExtensionContext test) throws IOException {
        server = CommandServer.start(command);
    }

    @Override
    public void afterAll(ExtensionContext test) throws Exception {
        server.close();
    }

    /** What a client opens. */
    public DeviceLocator locator() {
        return server.locator();
    }

    /** Opens it, in the time that takes while both sides load their classes in a machine that is emulated in software. */
    PciDevice open(Vfio vfio) {
        VfioUserLimits patient = VfioUserLimits.defaults().withTimeout(Duration.ofMinutes(2));
        return vfio.pci(
                VfioUserDevice.connect(server.socket(), patient), locator().toString());
    }
}
