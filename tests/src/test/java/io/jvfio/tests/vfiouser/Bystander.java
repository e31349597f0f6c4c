// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.vfiouser;

import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.device.VfioDevice;
import io.jvfio.emulation.EmulatedDevice;
import io.jvfio.emulation.EmulationOptions;
import io.jvfio.vfiouser.VfioUserDevice;
import io.jvfio.vfiouser.VfioUserLimits;
import io.jvfio.vfiouser.server.ServerListener;
import io.jvfio.vfiouser.server.ServerOptions;
import io.jvfio.vfiouser.server.VfioUserServer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/**
 * Uses another server and another device of this process while one is attacked; each access has to be done within a second.
 *
 * <p>Threads: one at a time.
 */
final class Bystander implements AutoCloseable {
    private static final int LIVENESS = 4;
    private static final long LIMIT = Duration.ofSeconds(1).toNanos();

    private final EmulatedDevice inProcess = EmulatedDevice.open("edu", EmulationOptions.defaults());
    private final EmulatedDevice served = EmulatedDevice.open("edu", EmulationOptions.defaults());
    private final VfioUserServer server;
    private final VfioUserDevice client;
    private final Thread thread = Thread.ofPlatform().name("bystander").unstarted(this::use);
    private final CompletableFuture<Long> accesses = new CompletableFuture<>();
    private volatile boolean ended;

    Bystander(Path folder) {
        Path socket = folder.resolve("bystander");
        server = VfioUserServer.listen(served, socket, ServerOptions.defaults(), ServerListener.NONE);
        client = VfioUserDevice.connect(socket, VfioUserLimits.defaults());
        for (VfioDevice device : new VfioDevice[] {inProcess, client}) {
            device.modifyRegister(7, 4, 2, 2, 2);
        }
        thread.start();
    }

    private void use() {
        try {
            long done = 0;
            for (int value = 1; !ended; value++, done++) {
                for (VfioDevice device : new VfioDevice[] {inProcess, client}) {
                    long begin = System.nanoTime();
                    device.writeRegister(0, LIVENESS, 4, value);
                    assertThat(device.readRegister(0, LIVENESS, 4)).isEqualTo(~value & 0xffff_ffffL);
                    assertThat(System.nanoTime() - begin).isLessThan(LIMIT);
                }
            }
            accesses.complete(done);
        } catch (RuntimeException | Error e) {
            accesses.completeExceptionally(e);
        }
    }

    /** Checks that it could do its work until now. */
    void assertUndisturbed() {
        assertThat(accesses).isNotDone();
    }

    /** Ends it, and checks that it could do its work. */
    @Override
    public void close() {
        ended = true;
        try {
            assertThat(accesses.join()).isPositive();
        } finally {
            client.close();
            server.close();
            served.close();
            inProcess.close();
        }
    }
}
