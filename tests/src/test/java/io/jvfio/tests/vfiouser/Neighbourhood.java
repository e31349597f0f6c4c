// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.vfiouser;

import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.Closing;
import io.jvfio.DeviceLocator;
import io.jvfio.Vfio;
import io.jvfio.device.OpenOptions;
import io.jvfio.device.VfioDevice;
import io.jvfio.device.VfioPci;
import io.jvfio.vfiouser.server.ServerListener;
import io.jvfio.vfiouser.server.ServerOptions;
import io.jvfio.vfiouser.server.VfioUserServer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A server that is attacked, and what else its process does: another server, with a client, and a device of its own. Both
 * are used through the whole attack, by a {@link Bystander}.
 */
final class Neighbourhood implements AutoCloseable {
    private static final Duration MOST = Duration.ofSeconds(1);

    final Path attacked;
    private final Vfio context = Vfio.create();
    private final VfioDevice device;
    private final VfioUserServer server;
    private final Bystander bystander;
    private final BlockingQueue<String> ends = new LinkedBlockingQueue<>();

    Neighbourhood(Path folder, String model, ServerOptions options) {
        attacked = folder.resolve("attacked");
        device = context.openDevice(DeviceLocator.parse(model), OpenOptions.defaults());
        server = VfioUserServer.listen(device, attacked, options, new ServerListener() {
            @Override
            public void clientLost(Client lost, String reason) {
                ends.add(reason);
            }

            @Override
            public void clientRefused(Client refused, String reason) {
                ends.add(reason);
            }
        });
        bystander = new Bystander(folder, context);
    }

    /** Why the server has ended, or refused, its next client; waits a moment for it. */
    String end() throws InterruptedException {
        String reason = ends.poll(2, TimeUnit.SECONDS);
        assertThat(reason).as("the server ends its client").isNotNull();
        return reason;
    }

    /** The next client has the device within a second. */
    void servesTheNext() {
        long start = System.nanoTime();
        DeviceLocator locator = DeviceLocator.parse("vfio-user:" + attacked);
        try (VfioDevice next = context.openDevice(locator, OpenOptions.defaults())) {
            assertThat(next.readRegister(VfioPci.VFIO_PCI_CONFIG_REGION_INDEX, 0, Short.BYTES))
                    .isNotEqualTo(0xffff);
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(MOST);
        }
    }

    @Override
    public void close() {
        long start = System.nanoTime();
        Closing steps = new Closing();
        try {
            bystander.close();
        } finally {
            steps.attempt(server::close);
            steps.attempt(device::close);
            steps.attempt(context::close);
            steps.throwFirst();
        }
        assertThat(Duration.ofNanos(System.nanoTime() - start))
                .as("all of it closes")
                .isLessThan(Duration.ofSeconds(3));
    }
}
