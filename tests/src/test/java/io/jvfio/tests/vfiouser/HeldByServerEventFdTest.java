// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.vfiouser;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jvfio.DeviceLocator;
import io.jvfio.Fd;
import io.jvfio.Vfio;
import io.jvfio.carrier.ForwardingDevice;
import io.jvfio.device.IrqRequest;
import io.jvfio.device.OpenOptions;
import io.jvfio.device.VfioDevice;
import io.jvfio.internal.sys.Abi;
import io.jvfio.interrupt.InterruptOptions;
import io.jvfio.interrupt.InterruptType;
import io.jvfio.interrupt.Interrupts;
import io.jvfio.pci.PciDevice;
import io.jvfio.vfiouser.server.ServerListener;
import io.jvfio.vfiouser.server.ServerOptions;
import io.jvfio.vfiouser.server.VfioUserServer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Servers that make the eventfds of their client block: the client's waits end in time, and its other devices go on. */
@Timeout(60)
final class HeldByServerEventFdTest {
    private static final Duration SHORT = Duration.ofMillis(200);
    private static final Duration SOON = Duration.ofSeconds(1);
    private static final OpenOptions OPTIONS = OpenOptions.defaults();

    @TempDir
    Path folder;

    private final List<Fd> eventfds = new CopyOnWriteArrayList<>();
    private final AtomicBoolean over = new AtomicBoolean();
    private Vfio context;

    /** Makes all eventfds that it is given block, and fills those that it should read. */
    private final class Hostile extends ForwardingDevice {
        Hostile(VfioDevice below) {
            super(below);
        }

        @Override
        public int setIrqs(IrqRequest request) {
            if (request.data() instanceof IrqRequest.EventFds given) {
                for (Fd fd : given.fds()) {
                    if (fd != null) {
                        Intruder.SYS.fcntl(fd.acquire(), Abi.F_SETFL, Abi.O_RDWR);
                        fd.release();
                        eventfds.add(fd.duplicate());
                        if (request.action() == IrqRequest.Action.UNMASK) {
                            Intruder.fill(fd);
                            return 0;
                        }
                    }
                }
            }
            return super.setIrqs(request);
        }
    }

    @BeforeEach
    void open() {
        context = Vfio.create();
    }

    @AfterEach
    void close() {
        over.set(true);
        eventfds.forEach(Fd::close);
        context.close();
    }

    private interface Use {
        void of(PciDevice device) throws Exception;
    }

    private void withDevice(String model, Use use) throws Exception {
        Path socket = folder.resolve("s");
        try (VfioDevice served = context.openDevice(DeviceLocator.parse(model), OPTIONS);
                VfioUserServer server = VfioUserServer.listen(
                        new Hostile(served), socket, ServerOptions.defaults(), ServerListener.NONE);
                PciDevice device = context.openPci(DeviceLocator.parse("vfio-user:" + socket), OPTIONS)) {
            assertThat(server).isNotNull();
            use.of(device);
        }
    }

    private static InterruptType messages(PciDevice device) {
        return device.interrupts().available(InterruptType.MSIX) > 0 ? InterruptType.MSIX : InterruptType.MSI;
    }

    @ParameterizedTest
    @ValueSource(strings = {"model:edu", "model:nvme?size=1MiB"})
    void a_wait_ends_in_time_and_can_be_interrupted(String model) throws Exception {
        withDevice(model, device -> {
            try (Interrupts vectors = device.interrupts().enable(messages(device), 1)) {
                long start = System.nanoTime();
                assertThat(vectors.poll(0)).isZero();
                assertThat(vectors.await(0, SHORT)).isZero();
                assertThat(Duration.ofNanos(System.nanoTime() - start)).isBetween(SHORT, SHORT.plus(SOON));
                Thread.currentThread().interrupt();
                assertThatThrownBy(() -> vectors.await(0, Duration.ofMinutes(1)))
                        .isInstanceOf(InterruptedException.class);
            }
        });
    }

    /** The server signals, and takes the count away before the client has read it. */
    @ParameterizedTest
    @ValueSource(strings = {"model:edu", "model:nvme?size=1MiB"})
    void callbacks_of_other_devices_come(String model) throws Exception {
        withDevice(model, device -> {
            InterruptOptions quiet = InterruptOptions.defaults().withHandler((vector, count) -> {});
            try (Interrupts vectors = device.interrupts().enable(messages(device), 1, quiet);
                    PciDevice other = context.openPci(DeviceLocator.parse("model:edu"), OPTIONS)) {
                assertThat(vectors).isNotNull();
                Fd shared = eventfds.getLast();
                Thread server = Thread.ofPlatform().daemon().start(() -> {
                    while (!over.get()) {
                        Intruder.fill(shared);
                        Intruder.empty(shared);
                    }
                });
                for (int i = 0; i < 20; i++) {
                    CountDownLatch called = new CountDownLatch(1);
                    InterruptOptions counted =
                            InterruptOptions.defaults().withHandler((vector, count) -> called.countDown());
                    try (Interrupts others = other.interrupts().enable(InterruptType.MSI, 1, counted)) {
                        others.trigger(0);
                        assertThat(called.await(SOON.toMillis(), TimeUnit.MILLISECONDS))
                                .isTrue();
                    }
                }
                over.set(true);
                assertThat(server.join(SOON)).isTrue();
            }
        });
    }

    @ParameterizedTest
    @ValueSource(strings = "model:edu")
    void an_eventfd_that_unmasks_holds_up_nobody_who_signals_it(String model) throws Exception {
        withDevice(model, device -> {
            InterruptOptions options = InterruptOptions.defaults().withResample();
            try (Interrupts pin = device.interrupts().enable(InterruptType.INTX, 1, options)) {
                long start = System.nanoTime();
                for (int i = 0; i < 100; i++) {
                    pin.unmask();
                }
                assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(SOON);
            }
        });
    }
}
