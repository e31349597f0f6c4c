// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vfiouser;

import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.VfioException;
import io.jvfio.device.DeviceFeature;
import io.jvfio.device.IrqRequest;
import io.jvfio.internal.sys.EventFd;
import io.jvfio.iommu.Access;
import io.jvfio.iommu.DmaSource;
import io.jvfio.iommu.MapRequest;
import io.jvfio.testkit.LeakCheck;
import io.jvfio.vfiouser.fuzz.MessageFuzzer;
import io.jvfio.vfiouser.protocol.Command;
import io.jvfio.vfiouser.protocol.Message;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A client whose server answers whatever it likes. A failure names the seed; the property {@code jvfio.fuzz.seed} plays it
 * again.
 */
final class ClientFuzzTest extends ClientTest {
    private static final long SEED = Long.getLong("jvfio.fuzz.seed", 20_261_124);

    /** Short, because some answers never come. */
    private static final VfioUserLimits LIMITS =
            VfioUserLimits.defaults().withTimeout(Duration.ofMillis(20)).withPosting(VfioUserLimits.Posting.ALWAYS);

    private static final long PAGE = 4096;
    private static final long MEMORY = 0x10_0000;

    private final AtomicLong sent = new AtomicLong();

    @BeforeEach
    void say_nothing_of_each_loss() throws ReflectiveOperationException {
        setLevel("OFF");
    }

    @AfterEach
    void speak_again() throws ReflectiveOperationException {
        setLevel("INFO");
    }

    /** By reflection, as the module under test does not read the logging module. */
    private static void setLevel(String name) throws ReflectiveOperationException {
        Class<?> level = Class.forName("java.util.logging.Level");
        Class<?> logger = Class.forName("java.util.logging.Logger");
        Object ours = logger.getMethod("getLogger", String.class).invoke(null, "io.jvfio");
        logger.getMethod("setLevel", level).invoke(ours, level.getField(name).get(null));
    }

    @Test
    @Timeout(120)
    void a_client_survives_20_000_messages_of_a_server() throws IOException {
        survive(20_000);
    }

    @Test
    @Tag("long")
    @Timeout(600)
    void a_client_survives_1_000_000_messages_of_a_server() throws IOException {
        survive(1_000_000);
    }

    private void survive(long messages) throws IOException {
        MessageFuzzer choices = new MessageFuzzer(SEED);
        EventFd eventfd = eventfd();
        DmaSource.File shared = memory(1);
        DmaSource.Segment plain = anonymous(1);
        LeakCheck leaks = LeakCheck.start();
        int threads = Thread.activeCount();
        long resident = 0;
        for (int round = 0; sent.get() < messages; round++) {
            server.script = new Fuzz(new MessageFuzzer(SEED * 31 + round), eventfd);
            server.capabilities = server.capabilities.withTwinSocket(round % 2 == 0, 0);
            try (Arena arena = Arena.ofConfined()) {
                session(choices, new Material(eventfd, shared, plain, arena.allocate(2 * PAGE)));
            } catch (RuntimeException | Error e) {
                throw new AssertionError("seed " + SEED + ", round " + round, e);
            }
            server.script = (client, command) -> false;
            if (resident == 0 && sent.get() > Math.min(messages / 4, 50_000)) {
                resident = residentKiB();
            }
        }
        assertThat(residentKiB() - resident).as("growth in KiB").isLessThan(128 * 1024);
        leaks.assertNothingLeaked();
        assertThat(Thread.activeCount()).isLessThanOrEqualTo(threads + 1);
    }

    /** What operations need. */
    private record Material(EventFd eventfd, DmaSource shared, DmaSource plain, MemorySegment bytes) {}

    /** Opens a device, uses it until it is lost or for a while, and closes it. */
    private void session(MessageFuzzer choices, Material material) {
        VfioUserDevice device;
        try {
            device = VfioUserDevice.connect(socket(), LIMITS);
        } catch (VfioException e) {
            return;
        }
        try (device) {
            for (int i = 0; i < 400; i++) {
                try {
                    operate(device, choices, material);
                } catch (VfioException expected) {
                    // What the server says is refused.
                    if (!device.isConnected() && choices.oneIn(2)) {
                        return;
                    }
                } catch (IndexOutOfBoundsException | IllegalArgumentException | IllegalStateException expected) {
                    // The regions are not what they were, or the device has just been reconnected. But the codec must
                    // have said so itself, in its own words.
                    assertThat(expected.getStackTrace())
                            .noneMatch(frame -> frame.getClassName().startsWith("io.jvfio.vfiouser.protocol."));
                }
            }
        }
    }

    private static void operate(VfioUserDevice device, MessageFuzzer choices, Material material) {
        int region = choices.below(9);
        switch (choices.below(12)) {
            case 0, 1 -> device.readRegister(region, 8L * choices.below(8), 1 << choices.below(4));
            case 2, 3 ->
                device.writeRegister(region, 8L * choices.below(8), 1 << choices.below(4), choices.below(1000));
            case 4 -> device.read(region, choices.below(64), material.bytes);
            case 5 -> device.write(region, choices.below(64), material.bytes);
            case 6 ->
                device.map(region, PAGE, PAGE).ifPresent(window -> {
                    try (window) {
                        window.memory().set(ValueLayout.JAVA_BYTE, 0, (byte) 1);
                    } catch (UnsupportedOperationException readOnly) {
                        window.memory().get(ValueLayout.JAVA_BYTE, 0);
                    }
                });
            case 7 ->
                device.setIrqs(IrqRequest.assign(
                        2, choices.below(4), Collections.nCopies(1 + choices.below(12), material.eventfd.fd())));
            case 8 ->
                device.setIrqs(choices.oneIn(2) ? IrqRequest.disable(choices.below(5)) : IrqRequest.trigger(1, 0, 1));
            case 9 -> device.feature(new DeviceFeature.Probe(choices.below(12), DeviceFeature.Direction.PROBE_SET));
            case 10 -> {
                DmaSource source = choices.oneIn(2) ? material.shared : material.plain;
                MapRequest request = MapRequest.defaults().withIova(MEMORY + PAGE * choices.below(3));
                device.addressSpace()
                        .map(source, choices.oneIn(2) ? request : request.withAccess(Access.READ))
                        .close();
            }
            default -> {
                if (device.isConnected()) {
                    device.reset();
                } else {
                    device.reconnect();
                }
            }
        }
    }

    /** Answers some commands as it should and the others as it likes. Threads: the server's. */
    private final class Fuzz implements TestServer.Script {
        private final MessageFuzzer fuzzer;
        private final EventFd eventfd;

        Fuzz(MessageFuzzer fuzzer, EventFd eventfd) {
            this.fuzzer = fuzzer;
            this.eventfd = eventfd;
        }

        @Override
        public boolean take(TestClient client, Message command) {
            sent.incrementAndGet();
            boolean posted = command.commandId() == Command.DEVICE_GET_REGION_IO_FDS.id();
            // Most of the opening goes well, or nothing else would ever be reached.
            boolean opening = command.commandId() < 8 && command.commandId() != 2;
            if (fuzzer.oneIn(posted ? 3 : opening ? 400 : 6)) {
                byte[] asked =
                        command.payload(0, Math.min(64, command.payloadSize())).toArray(ValueLayout.JAVA_BYTE);
                client.send(
                        fuzzer.reply(command.id(), command.commandId(), asked),
                        List.of(server.file(TestServer.WINDOW_BAR), eventfd.fd()));
                return true;
            }
            if (!opening && fuzzer.oneIn(8)) {
                for (int i = fuzzer.below(4); i >= 0; i--) {
                    sent.incrementAndGet();
                    client.send(fuzzer.serverCommand());
                }
            }
            return false;
        }
    }

    private static long residentKiB() throws IOException {
        System.gc();
        List<String> lines = Files.readAllLines(Path.of("/proc/self/status"));
        return lines.stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .findFirst()
                .orElseThrow();
    }
}
