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
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * A server that is attacked, and what else its process does: another server, with a client, and a device of its own. Both
 * are used through the whole attack; {@link #close} tells whether each access was as quick as ever.
 */
final class Neighbourhood implements AutoCloseable {
    private static final Duration MOST = Duration.ofSeconds(1);
    private static final long PAUSE_NANOS = 100_000;
    private static final String NEIGHBOUR = "model:edu";

    final Path attacked;
    private final Vfio context = Vfio.create();
    private final VfioDevice device;
    private final VfioUserServer server;
    private final VfioDevice served;
    private final VfioUserServer otherServer;
    private final VfioDevice client;
    private final VfioDevice own;
    private final BlockingQueue<String> ends = new LinkedBlockingQueue<>();
    private final AtomicLong slowest = new AtomicLong();
    private final AtomicLong accesses = new AtomicLong();
    private final Thread user;
    private volatile boolean closing;

    Neighbourhood(Path folder, String model, ServerOptions options) {
        attacked = folder.resolve("attacked");
        Path other = folder.resolve("other");
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
        served = context.openDevice(DeviceLocator.parse(NEIGHBOUR), OpenOptions.defaults());
        otherServer = VfioUserServer.listen(served, other, ServerOptions.defaults(), ServerListener.NONE);
        client = context.openDevice(DeviceLocator.parse("vfio-user:" + other), OpenOptions.defaults());
        own = context.openDevice(DeviceLocator.parse(NEIGHBOUR), OpenOptions.defaults());
        user = Thread.ofPlatform().daemon().name("neighbour").start(this::use);
    }

    private void use() {
        while (!closing) {
            long start = System.nanoTime();
            client.readRegister(VfioPci.VFIO_PCI_CONFIG_REGION_INDEX, 0, Integer.BYTES);
            own.readRegister(VfioPci.VFIO_PCI_CONFIG_REGION_INDEX, 0, Integer.BYTES);
            slowest.accumulateAndGet(System.nanoTime() - start, Math::max);
            accesses.incrementAndGet();
            LockSupport.parkNanos(PAUSE_NANOS);
        }
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

    private static boolean ended(Thread thread) {
        try {
            return thread.join(MOST);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    @Override
    public void close() {
        closing = true;
        assertThat(ended(user)).as("the neighbour's access ends").isTrue();
        long start = System.nanoTime();
        Closing steps = new Closing();
        steps.attempt(client::close);
        steps.attempt(otherServer::close);
        steps.attempt(server::close);
        steps.attempt(served::close);
        steps.attempt(own::close);
        steps.attempt(device::close);
        steps.attempt(context::close);
        steps.throwFirst();
        assertThat(Duration.ofNanos(System.nanoTime() - start))
                .as("all of it closes")
                .isLessThan(Duration.ofSeconds(3));
        assertThat(accesses).hasPositiveValue();
        assertThat(Duration.ofNanos(slowest.get())).as("the slowest access").isLessThan(MOST);
    }
}
