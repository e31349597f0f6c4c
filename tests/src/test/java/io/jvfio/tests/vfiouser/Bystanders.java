// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.vfiouser;

import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.DeviceLocator;
import io.jvfio.Vfio;
import io.jvfio.device.OpenOptions;
import io.jvfio.device.VfioDevice;
import io.jvfio.examples.Edu;
import io.jvfio.internal.sys.ProcSelf;
import io.jvfio.pci.PciDevice;
import io.jvfio.vfiouser.server.ServerListener;
import io.jvfio.vfiouser.server.ServerOptions;
import io.jvfio.vfiouser.server.VfioUserServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * Another server of this process with its client, and another device of this process, which are used all the time while
 * somebody else is under attack; and what the process holds, before and after.
 *
 * <p>Threads: one at a time; the use has a thread of its own.
 */
final class Bystanders implements AutoCloseable {
    private static final Duration MOST = Duration.ofSeconds(1);

    private final Vfio context = Vfio.create();
    private final VfioDevice model;
    private final VfioUserServer server;
    private final PciDevice behindSocket;
    private final PciDevice here;
    private final Holdings before;
    private final Thread user;
    private volatile boolean stopped;

    /** Of the thread that uses them, once it has ended. */
    private long slowest;

    private long accesses;
    private Throwable failure;

    Bystanders(Path folder) {
        Path socket = folder.resolve("bystander");
        model = context.openDevice(DeviceLocator.parse("model:edu"), OpenOptions.defaults());
        server = VfioUserServer.listen(model, socket, ServerOptions.defaults(), ServerListener.NONE);
        behindSocket = context.openPci(DeviceLocator.parse("vfio-user:" + socket), OpenOptions.defaults());
        here = context.openPci(DeviceLocator.parse("model:edu"), OpenOptions.defaults());
        use(behindSocket);
        use(here);
        before = Holdings.now();
        user = Thread.ofPlatform().daemon().name("bystander").start(this::run);
    }

    private void run() {
        try {
            while (!stopped) {
                use(behindSocket);
                use(here);
                accesses++;
                LockSupport.parkNanos(200_000);
            }
        } catch (RuntimeException | Error e) {
            failure = e;
        }
    }

    private void use(PciDevice device) {
        long start = System.nanoTime();
        int found = device.bar(0).mmio().read32(0) & 0xff;
        if (found != Edu.MAGIC_VALUE) {
            throw new AssertionError("edu says " + found);
        }
        slowest = Math.max(slowest, System.nanoTime() - start);
    }

    /** To be called within a second of the attack's end: every access was in time, and nothing more is held than before. */
    void assertUnharmed() throws InterruptedException {
        stopped = true;
        user.join();
        assertThat(failure).isNull();
        assertThat(accesses).isPositive();
        assertThat(Duration.ofNanos(slowest)).as("the slowest access").isLessThan(MOST);
        long deadline = System.nanoTime() + MOST.toNanos();
        while (!Holdings.now().within(before) && System.nanoTime() - deadline < 0) {
            LockSupport.parkNanos(10_000_000);
        }
        assertThat(Holdings.now()).matches(now -> now.within(before), "no more than " + before);
    }

    @Override
    public void close() {
        stopped = true;
        behindSocket.close();
        here.close();
        server.close();
        model.close();
        context.close();
    }

    /**
     * What runs out.
     *
     * @param descriptors open ones
     * @param threads live ones
     * @param mappings lines of {@code /proc/self/maps}
     */
    private record Holdings(long descriptors, int threads, long mappings) {
        /** Threads, the compiler and the allocator come and go with mappings of their own. */
        private static final int SLACK = 400;

        static Holdings now() {
            try (Stream<String> maps = Files.lines(Path.of("/proc/self/maps"))) {
                return new Holdings(
                        ProcSelf.openDescriptors(),
                        ManagementFactory.getThreadMXBean().getThreadCount(),
                        maps.count());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        boolean within(Holdings other) {
            return descriptors <= other.descriptors + 1
                    && threads <= other.threads
                    && mappings <= other.mappings + SLACK;
        }
    }
}
