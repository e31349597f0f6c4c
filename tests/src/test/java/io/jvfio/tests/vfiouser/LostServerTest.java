// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.vfiouser;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jvfio.DeviceLocator;
import io.jvfio.Vfio;
import io.jvfio.device.DeviceGoneException;
import io.jvfio.device.OpenOptions;
import io.jvfio.device.VfioDevice;
import io.jvfio.driver.nvme.CompletionMode;
import io.jvfio.driver.nvme.IoQueue;
import io.jvfio.driver.nvme.NvmeController;
import io.jvfio.driver.nvme.QueueOptions;
import io.jvfio.interrupt.InterruptType;
import io.jvfio.interrupt.Interrupts;
import io.jvfio.mmio.Mmio;
import io.jvfio.pci.DeviceState;
import io.jvfio.pci.PciDevice;
import io.jvfio.testkit.LeakCheck;
import io.jvfio.tests.emulation.FullModel;
import io.jvfio.vfiouser.VfioUserDevice;
import io.jvfio.vfiouser.server.ServerListener;
import io.jvfio.vfiouser.server.ServerOptions;
import io.jvfio.vfiouser.server.VfioUserServer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a driver sees when the server of its device ends, and comes back. */
final class LostServerTest {
    private static final Duration LONG = Duration.ofMinutes(1);

    @TempDir
    Path folder;

    private LeakCheck leaks;
    private Vfio models;
    private VfioDevice model;
    private VfioUserServer server;
    private Vfio context;

    @BeforeEach
    void serve() {
        leaks = LeakCheck.start();
        models = Vfio.create();
        model = models.openDevice(DeviceLocator.parse("model:full"), OpenOptions.defaults());
        server = listen();
        context = Vfio.create();
    }

    @AfterEach
    void nothing_is_left_behind() {
        context.close();
        server.close();
        model.close();
        models.close();
        leaks.assertNothingLeaked();
    }

    private VfioUserServer listen() {
        return VfioUserServer.listen(model, folder.resolve("full.sock"), ServerOptions.defaults(), ServerListener.NONE);
    }

    private PciDevice open() {
        return context.openPci(DeviceLocator.parse("vfio-user:" + folder.resolve("full.sock")), OpenOptions.defaults());
    }

    @Test
    void a_wait_for_an_interrupt_ends_and_so_does_everything_else() throws Exception {
        PciDevice device = open();
        Interrupts msix = device.interrupts().enable(InterruptType.MSIX, 2);
        Mmio memory = device.bar(FullModel.MAPPED.region()).mmio();
        CompletableFuture<Long> wait = CompletableFuture.supplyAsync(() -> await(msix));
        server.close();
        assertThatThrownBy(() -> wait.get(20, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(DeviceGoneException.class);
        assertThat(device.state()).isEqualTo(DeviceState.GONE);
        assertThatThrownBy(() -> memory.read32(FullModel.MAPPED.offset())).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> device.guard(() -> {})).isInstanceOf(DeviceGoneException.class);
        assertThatThrownBy(() -> device.config().read32(0)).isInstanceOf(DeviceGoneException.class);
        device.close();
    }

    @Test
    void a_listener_of_errors_may_reconnect_and_the_device_goes_on() throws Exception {
        try (PciDevice device = open()) {
            CompletableFuture<DeviceState> back = new CompletableFuture<>();
            device.onError(lost -> {
                server = listen();
                ((VfioUserDevice) lost.device()).reconnect();
                lost.reset();
                back.complete(lost.state());
            });
            try (Interrupts msix = device.interrupts().enable(InterruptType.MSIX, 2)) {
                CompletableFuture<Long> wait = CompletableFuture.supplyAsync(() -> await(msix));
                server.close();
                assertThat(back.get(20, TimeUnit.SECONDS)).isEqualTo(DeviceState.OPEN);
                while (!wait.isDone()) {
                    msix.trigger(1);
                    LockSupport.parkNanos(1_000_000);
                }
                assertThat(wait.get()).isPositive();
            }
        }
    }

    /** As an NVMe driver that looks at memory alone: the controller never takes the command, and there is no interrupt. */
    @Test
    void a_wait_that_looks_at_memory_ends_at_once() throws Exception {
        String lost = "model:nvme?size=1MiB&queues=2&faults=drop:write:at=0x1008:from=1:every=1:most=100";
        Path socket = folder.resolve("nvme.sock");
        VfioDevice nvme = models.openDevice(DeviceLocator.parse(lost), OpenOptions.defaults());
        VfioUserServer of = VfioUserServer.listen(nvme, socket, ServerOptions.defaults(), ServerListener.NONE);
        try (nvme;
                PciDevice device = context.openPci(DeviceLocator.parse("vfio-user:" + socket), OpenOptions.defaults());
                NvmeController controller = NvmeController.open(device);
                IoQueue queue = controller.queue(QueueOptions.defaults().withMode(CompletionMode.POLLED))) {
            queue.take().flush(controller.namespaces().getFirst()).post();
            queue.ring();
            CompletableFuture<Long> closing = CompletableFuture.supplyAsync(() -> {
                LockSupport.parkNanos(100_000_000); // the wait is under way, if not, it is no different
                long start = System.nanoTime();
                of.close();
                return start;
            });
            assertThatThrownBy(() -> {
                        while (true) {
                            queue.await(command -> {}, LONG);
                        }
                    })
                    .isInstanceOf(DeviceGoneException.class);
            assertThat(Duration.ofNanos(System.nanoTime() - closing.get())).isLessThan(Duration.ofSeconds(1));
        }
    }

    private static long await(Interrupts interrupts) {
        try {
            return interrupts.await(1, LONG);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
