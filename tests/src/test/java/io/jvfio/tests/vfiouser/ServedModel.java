// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.vfiouser;

import io.jvfio.DeviceLocator;
import io.jvfio.Vfio;
import io.jvfio.device.OpenOptions;
import io.jvfio.device.VfioDevice;
import io.jvfio.vfiouser.server.ServerListener;
import io.jvfio.vfiouser.server.ServerOptions;
import io.jvfio.vfiouser.server.VfioUserServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** A model behind a socket for the tests of a class. Threads: one test at a time. */
public final class ServedModel implements BeforeAllCallback, AfterAllCallback {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final String model;
    private final OpenOptions options;

    /** How many clients the server has: one at most. */
    private final AtomicInteger clients = new AtomicInteger();

    private final ServerListener counter = new ServerListener() {
        @Override
        public void clientArrived(Client client) {
            clients.incrementAndGet();
        }

        @Override
        public void clientLost(Client client, String reason) {
            clients.decrementAndGet();
        }
    };

    private Path folder;
    private Vfio context;
    private VfioDevice device;
    private VfioUserServer server;

    /** The model that a locator names. */
    public ServedModel(String model) {
        this(model, OpenOptions.defaults());
    }

    /** The model that a locator names, opened in this way. */
    public ServedModel(String model, OpenOptions options) {
        this.model = model;
        this.options = options;
    }

    @Override
    public void beforeAll(ExtensionContext test) throws IOException {
        folder = Files.createTempDirectory("jvfio-served");
        context = Vfio.create();
        device = context.openDevice(DeviceLocator.parse(model), options);
        server = VfioUserServer.listen(device, socket(), ServerOptions.defaults(), counter);
    }

    @Override
    public void afterAll(ExtensionContext test) throws IOException {
        server.close();
        device.close();
        context.close();
        Files.deleteIfExists(socket());
        Files.delete(folder);
    }

    private Path socket() {
        return folder.resolve("device.sock");
    }

    /** What a client opens. */
    public DeviceLocator locator() {
        return DeviceLocator.parse("vfio-user:" + socket());
    }

    /**
     * What a test closes after its devices: the server, which is in this process, has then given back what it had for
     * them.
     */
    public AutoCloseable idle() {
        return () -> {
            long deadline = System.nanoTime() + PATIENCE.toNanos();
            while (clients.get() > 0 && System.nanoTime() - deadline < 0) {
                LockSupport.parkNanos(1_000_000);
            }
        };
    }
}
