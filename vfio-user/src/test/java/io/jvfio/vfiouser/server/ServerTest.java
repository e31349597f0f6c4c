// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vfiouser.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.internal.sys.MemFd;
import io.jvfio.internal.sys.SystemCalls;
import io.jvfio.testkit.LeakCheck;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A served device and clients that are closed at the end, when nothing may be left open. */
@Timeout(60)
abstract class ServerTest {
    static final Duration SHORT = Duration.ofMillis(300);

    final SystemCalls sys = SystemCalls.linux();
    final BlockingQueue<String> events = new LinkedBlockingQueue<>();
    private final List<AutoCloseable> resources = new ArrayList<>();
    private LeakCheck leaks;
    ServedFixture device;
    VfioUserServer server;
    Path path;

    @TempDir
    Path folder;

    final ServerListener recorder = new ServerListener() {
        @Override
        public void clientArrived(Client client) {
            events.add("arrived");
        }

        @Override
        public void clientLost(Client client, String reason) {
            events.add("lost: " + reason);
        }

        @Override
        public void clientRefused(Client client, String reason) {
            events.add("refused: " + reason);
        }

        @Override
        public void deviceRenewed(String reason) {
            events.add("renewed: " + reason);
        }

        @Override
        public void serverEnded(String reason) {
            events.add("ended: " + reason);
        }
    };

    @BeforeEach
    void serve() {
        leaks = LeakCheck.start();
        path = folder.resolve("s");
        device = new ServedFixture();
        server = VfioUserServer.listen(device, path, options(), recorder);
    }

    /** How the device is served. */
    ServerOptions options() {
        return ServerOptions.defaults();
    }

    /** Serves it again, otherwise. */
    void serveAgain(ServerOptions options) {
        server.close();
        server = VfioUserServer.listen(device, path, options, recorder);
    }

    @AfterEach
    void endWithNothingLeftOpen() throws Exception {
        for (AutoCloseable resource : resources.reversed()) {
            resource.close();
        }
        server.close();
        device.close();
        leaks.assertNothingLeaked();
        assertThat(path).doesNotExist();
    }

    <T extends AutoCloseable> T closing(T resource) {
        resources.add(resource);
        return resource;
    }

    RawClient client() {
        return closing(RawClient.open(path));
    }

    MemFd memory(long size) {
        return closing(MemFd.of(sys, "client", size));
    }

    /** The next event that begins so; others before it are passed over. */
    String await(String beginning) throws InterruptedException {
        while (true) {
            String event = events.poll(20, TimeUnit.SECONDS);
            assertThat(event).as("an event \"%s\"", beginning).isNotNull();
            if (event.startsWith(beginning)) {
                return event;
            }
        }
    }

    static void awaitTrue(BooleanSupplier condition) {
        long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime() - end).isNegative();
            Thread.onSpinWait();
        }
    }
}
