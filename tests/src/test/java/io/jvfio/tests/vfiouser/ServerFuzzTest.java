// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.vfiouser;

import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.DeviceLocator;
import io.jvfio.Vfio;
import io.jvfio.device.OpenOptions;
import io.jvfio.device.VfioDevice;
import io.jvfio.driver.nvme.NvmeController;
import io.jvfio.examples.Edu;
import io.jvfio.examples.EduDriver;
import io.jvfio.pci.PciDevice;
import io.jvfio.testkit.LeakCheck;
import io.jvfio.tests.vfiouser.HostileCommands.Expect;
import io.jvfio.tests.vfiouser.HostileCommands.Hostile;
import io.jvfio.vfiouser.server.ServerLimits;
import io.jvfio.vfiouser.server.ServerListener;
import io.jvfio.vfiouser.server.ServerOptions;
import io.jvfio.vfiouser.server.VfioUserServer;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryUsage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A server with a model behind it takes whatever comes: it answers, in order, or ends the connection where it must, and
 * goes on with the next client. Nothing is left open or mapped, and memory does not grow.
 *
 * <p>A failure names its seed; {@code -Djvfio.fuzz.seed=N} begins with it.
 */
class ServerFuzzTest {
    private static final long SEED = Long.getLong("jvfio.fuzz.seed", 20_26);

    /** After so many a client stops in the middle of one, and stays. */
    private static final int BETWEEN_SILENCES = 8_000;

    /** Messages before the measurement of memory begins: buffers have grown by then, and code is compiled. */
    private static final int WARM_UP = 5_000;

    private static final long MEMORY = 96 << 20;

    @TempDir
    Path folder;

    @ParameterizedTest
    @Timeout(120)
    @ValueSource(strings = {"model:edu?transfer_ms=0", "model:nvme?size=1MiB"})
    void ten_thousand_hostile_commands_do_no_harm(String model) throws Exception {
        run(model, 10_000);
    }

    @Test
    @Tag("long")
    @Timeout(900)
    void a_million_hostile_commands_do_no_harm() throws Exception {
        run("model:edu?transfer_ms=0", 500_000);
        run("model:nvme?size=1MiB", 500_000);
    }

    private void run(String model, int messages) throws Exception {
        LeakCheck leaks = LeakCheck.start();
        // Time is over often: of transfers, and of commands that wait for an unmap that waits for a transfer.
        ServerLimits limits = ServerLimits.defaults()
                .withDma(Duration.ofMillis(20))
                .withAnswer(Duration.ofMillis(10))
                .withSilence(Duration.ofSeconds(2));
        AtomicLong clients = new AtomicLong();
        ServerListener counter = new ServerListener() {
            @Override
            public void clientLost(Client client, String reason) {
                clients.incrementAndGet();
            }
        };
        Path path = folder.resolve("s");
        try (Vfio context = Vfio.create();
                VfioDevice device = context.openDevice(DeviceLocator.parse(model), OpenOptions.defaults());
                VfioUserServer server = VfioUserServer.listen(
                        device, path, ServerOptions.defaults().withLimits(limits), counter)) {
            assertThat(server).isNotNull();
            long sent = send(path, Math.max(WARM_UP, messages / 4), SEED);
            long before = memoryInUse();
            // The allocator keeps some of what was freed, now more and now less: what counts is the least that is in
            // use.
            long least = Long.MAX_VALUE;
            for (long seed = SEED + 1; sent < messages; seed++) {
                sent += send(path, (int) Math.min(messages - sent, 20_000), seed);
                least = Math.min(least, memoryInUse());
            }
            assertThat(least - before).as("growth of memory").isLessThan(MEMORY);
            servesAsEver(path);
        }
        assertThat(clients.get()).isGreaterThan(10);
        leaks.assertNothingLeaked();
    }

    /** Sends so many commands, by as many clients as it takes. */
    private static int send(Path path, int messages, long seed) throws Exception {
        HostileCommands commands = new HostileCommands(seed);
        Random random = new Random(~seed);
        int sent = 0;
        while (sent < messages) {
            try (HostileClient client = new HostileClient(path, seed + sent)) {
                boolean open = true;
                while (open && sent < messages) {
                    Hostile next = commands.next();
                    sent++;
                    if (sent % BETWEEN_SILENCES == 0) {
                        client.sendPart(next, 1 + random.nextInt(15));
                        client.awaitEnd();
                        open = false;
                    } else if (random.nextInt(1000) == 0) {
                        client.sendPart(
                                next, 1 + random.nextInt((int) next.bytes().byteSize()));
                        open = false;
                    } else {
                        open = client.send(next, random);
                        endOf(client, next, open);
                    }
                }
                if (open) {
                    client.settle();
                }
            } catch (AssertionError e) {
                throw new AssertionError("seed " + seed + ", after " + sent + " commands", e);
            }
        }
        return sent;
    }

    /** A connection ends where it must, and nowhere else. */
    private static void endOf(HostileClient client, Hostile last, boolean open) throws InterruptedException {
        if (last.expect() == Expect.END) {
            client.awaitEnd();
        } else {
            assertThat(open)
                    .as("the server ended the connection after %s", last)
                    .isTrue();
        }
    }

    /** The next client finds a device that works, its interrupts and its way to memory too. */
    private static void servesAsEver(Path path) throws Exception {
        try (PciDevice device = Vfio.open("vfio-user:" + path)) {
            if (device.config().deviceId() == Edu.DEVICE_ID) {
                try (EduDriver edu = EduDriver.open(device);
                        Arena arena = Arena.ofConfined()) {
                    MemorySegment bytes = arena.allocateFrom("as ever");
                    MemorySegment back = arena.allocate(bytes.byteSize());
                    edu.store(bytes);
                    edu.load(back);
                    assertThat(back.mismatch(bytes)).isEqualTo(-1);
                }
            } else {
                try (NvmeController controller = NvmeController.open(device)) {
                    assertThat(controller.namespaces()).isNotEmpty();
                }
            }
        }
    }

    /** Memory outside of the heap, whose size is the collector's choice, and what in the heap is in use. */
    private static long memoryInUse() throws IOException {
        System.gc();
        String line = Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(each -> each.startsWith("VmRSS:"))
                .findFirst()
                .orElseThrow();
        long resident = Long.parseLong(line.replaceAll("\\D", "")) << 10;
        MemoryUsage heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage();
        return resident - heap.getCommitted() + heap.getUsed();
    }
}
