// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli.demo;

import io.jvfio.DeviceLocator;
import io.jvfio.Vfio;
import io.jvfio.cli.command.Interruption;
import io.jvfio.device.OpenOptions;
import io.jvfio.device.VfioDevice;
import io.jvfio.vfiouser.server.ServerListener;
import io.jvfio.vfiouser.server.ServerOptions;
import io.jvfio.vfiouser.server.VfioUserServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A device model that this process serves to itself: at a socket in a folder that only its user can enter, and that is
 * removed at the end.
 *
 * <p>Threads: one at a time.
 */
final class PrivateServer implements AutoCloseable {
    private final Interruption interruption;
    private final Path folder;
    private final Vfio vfio;
    private final VfioDevice device;
    private final VfioUserServer server;

    private PrivateServer(DeviceLocator model, Interruption interruption, Path folder) {
        this.interruption = interruption;
        this.folder = folder;
        this.vfio = Vfio.create();
        try {
            this.device = vfio.openDevice(model, OpenOptions.defaults());
            try {
                this.server = VfioUserServer.listen(device, socket(), ServerOptions.defaults(), ServerListener.NONE);
            } catch (RuntimeException e) {
                try (device) {
                    throw e;
                }
            }
        } catch (RuntimeException e) {
            try (vfio) {
                throw e;
            }
        }
    }

    /** Starts to serve a model. */
    static PrivateServer start(String model, Interruption interruption) throws IOException {
        Path folder = Files.createTempDirectory("jvfio-");
        try {
            PrivateServer server = new PrivateServer(DeviceLocator.parse(model), interruption, folder);
            interruption.opened(server);
            return server;
        } catch (RuntimeException e) {
            Files.delete(folder);
            throw e;
        }
    }

    /** How to open the device. */
    DeviceLocator locator() {
        return DeviceLocator.parse("vfio-user:" + socket());
    }

    private Path socket() {
        return folder.resolve("device.sock");
    }

    @Override
    public void close() throws IOException {
        interruption.closed(this);
        try (vfio;
                device;
                server) {
            // Closed in the opposite order.
        }
        Files.deleteIfExists(folder);
    }
}
