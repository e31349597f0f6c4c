// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.vfiouser;

import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.Closing;
import io.jvfio.DeviceLocator;
import io.jvfio.Vfio;
import io.jvfio.device.OpenOptions;
import io.jvfio.device.VfioDevice;
import io.jvfio.vfiouser.server.ServerListener;
import io.jvfio.vfiouser.server.ServerOptions;
import io.jvfio.vfiouser.server.VfioUserServer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import org.assertj.core.api.InstanceOfAssertFactories;

/**
 * Uses another server of this process, through its client, and another device of it while one is attacked; each access has to
 * be done within a second.
 *
 * <p>Threads: one at a time; the use has a thread of its own.
 */
final class Bystander implements AutoCloseable {
    private static final Duration MOST = Duration.ofSeconds(1);
    private static final long PAUSE_NANOS = 100_000;
    private static final int LIVENESS = 4;
    private static final String MODEL = "model:edu";

    private final Vfio context;
    private final boolean ownsContext;
    private final VfioDevice served;
    private final VfioUserServer server;
    private final VfioDevice client;
    private final VfioDevice inProcess;
    private final Holdings before;
    private final CompletableFuture<Long> accesses = new CompletableFuture<>();
    private volatile boolean ended;

    /** With a context of its own. */
    Bystander(Path folder) {
        this(folder, Vfio.create(), true);
    }

    /** In a context that it shares with who is attacked; borrowed. */
    Bystander(Path folder, Vfio context) {
        this(folder, context, false);
    }

    private Bystander(Path folder, Vfio context, boolean ownsContext) {
        this.context = context;
        this.ownsContext = ownsContext;
        Path socket = folder.resolve("bystander");
        served = open(MODEL);
        server = VfioUserServer.listen(served, socket, ServerOptions.defaults(), ServerListener.NONE);
        client = open("vfio-user:" + socket);
        inProcess = open(MODEL);
        for (VfioDevice device : List.of(inProcess, client)) {
            device.modifyRegister(7, 4, 2, 2, 2);
            use(device, 0);
        }
        before = Holdings.now();
        Thread.ofPlatform().daemon().name("bystander").start(this::use);
    }

    private VfioDevice open(String locator) {
        return context.openDevice(DeviceLocator.parse(locator), OpenOptions.defaults());
    }

    private void use() {
        try {
            long done = 0;
            for (int value = 1; !ended; value++, done++) {
                use(inProcess, value);
                use(client, value);
                LockSupport.parkNanos(PAUSE_NANOS);
            }
            accesses.complete(done);
        } catch (RuntimeException | Error e) {
            accesses.completeExceptionally(e);
        }
    }

    private static void use(VfioDevice device, int value) {
        long begin = System.nanoTime();
        device.writeRegister(0, LIVENESS, 4, value);
        assertThat(device.readRegister(0, LIVENESS, 4)).isEqualTo(~value & 0xffff_ffffL);
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(MOST);
    }

    /** Checks that it could do its work until now. */
    void assertUndisturbed() {
        assertThat(accesses).isNotDone();
    }

    /**
     * Ends it, and checks that it could do its work, and that within a second this process holds no more than before; to be
     * called when the attack is over.
     */
    void assertUnharmed() {
        end();
        before.assertAgainWithin(MOST);
    }

    private void end() {
        ended = true;
        assertThat(accesses)
                .succeedsWithin(MOST, InstanceOfAssertFactories.LONG)
                .isPositive();
    }

    /** Ends it, and checks that it could do its work. */
    @Override
    public void close() {
        try {
            end();
        } finally {
            Closing closing = new Closing();
            closing.attempt(client::close);
            closing.attempt(server::close);
            closing.attempt(served::close);
            closing.attempt(inProcess::close);
            if (ownsContext) {
                closing.attempt(context::close);
            }
            closing.throwFirst();
        }
    }
}
