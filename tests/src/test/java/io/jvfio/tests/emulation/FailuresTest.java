// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.emulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.jvfio.DeviceLocator;
import io.jvfio.Vfio;
import io.jvfio.VfioException;
import io.jvfio.device.DeviceGoneException;
import io.jvfio.device.OpenOptions;
import io.jvfio.device.VfioDevice;
import io.jvfio.emulation.EmulatedDevice;
import io.jvfio.interrupt.InterruptOptions;
import io.jvfio.interrupt.InterruptType;
import io.jvfio.interrupt.Interrupts;
import io.jvfio.pci.DeviceState;
import io.jvfio.pci.PciDevice;
import io.jvfio.testkit.LeakCheck;
import io.jvfio.variant.Additions;
import io.jvfio.variant.ResetCause;
import io.jvfio.variant.VariantDevice;
import io.jvfio.vfiouser.server.ServerListener;
import io.jvfio.vfiouser.server.ServerOptions;
import io.jvfio.vfiouser.server.VfioUserServer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What models, handlers, listeners and storeys throw is told to who asks for it. */
@Timeout(60)
final class FailuresTest {
    private final BlockingQueue<Throwable> told = new LinkedBlockingQueue<>();
    private final Vfio vfio = Vfio.create();
    private LeakCheck leaks;

    @TempDir
    Path folder;

    private static final class Storey extends VariantDevice {
        Storey(VfioDevice below) {
            super(below, Additions.none());
        }

        @Override
        protected void wasReset(ResetCause cause) {
            throw new ArithmeticException("reset");
        }

        @Override
        protected void removalRequested() {
            throw new ArithmeticException("removal");
        }
    }

    @BeforeEach
    void start() {
        leaks = LeakCheck.start();
    }

    @AfterEach
    void end() {
        vfio.close();
        leaks.assertNothingLeaked();
    }

    private PciDevice full() {
        PciDevice device = vfio.openPci(DeviceLocator.parse("model:full"), OpenOptions.defaults());
        device.onFailure(told::add);
        return device;
    }

    private Throwable next() throws InterruptedException {
        Throwable next = told.poll(20, TimeUnit.SECONDS);
        assertThat(next).isNotNull();
        return next;
    }

    private static void fail(PciDevice device) {
        device.enableMemory();
        device.bar(FullModel.REGISTERS).mmio().write64(FullModel.FAIL, 1);
    }

    @Test
    void what_a_model_throws_is_the_cause_of_the_end_of_its_device() throws Exception {
        try (PciDevice device = full();
                Interrupts messages = device.interrupts().enable(InterruptType.MSIX, 1)) {
            fail(device);
            assertThatThrownBy(() -> messages.await(0, Duration.ofSeconds(20)))
                    .isInstanceOf(DeviceGoneException.class)
                    .hasRootCauseMessage("as asked for");
            assertThat(next()).hasMessage("as asked for");
            while (device.state() != DeviceState.CLOSED) {
                Thread.onSpinWait();
            }
            assertThatThrownBy(() -> device.guard(() -> {}))
                    .isInstanceOf(DeviceGoneException.class)
                    .hasRootCauseMessage("as asked for");
            assertThatThrownBy(device::config)
                    .isInstanceOf(IllegalStateException.class)
                    .hasRootCauseMessage("as asked for");
        }
        assertThat(told).isEmpty();
    }

    @Test
    void what_a_handler_of_interrupts_throws_is_told_each_time() throws Exception {
        try (PciDevice device = full()) {
            InterruptOptions options = InterruptOptions.defaults().withHandler((vector, count) -> {
                throw new ArithmeticException("vector " + vector);
            });
            try (Interrupts messages = device.interrupts().enable(InterruptType.MSIX, 2, options)) {
                messages.trigger(1);
                assertThat(next()).isInstanceOf(ArithmeticException.class).hasMessage("vector 1");
                messages.trigger(0);
                assertThat(next()).hasMessage("vector 0");
            }
        }
    }

    @Test
    void what_a_listener_throws_is_told_and_no_listener_for_failures_is_in_the_way_of_another() throws Exception {
        try (PciDevice device = vfio.openPci(DeviceLocator.parse("model:full"), OpenOptions.defaults())) {
            device.onFailure(failure -> {
                throw new IllegalStateException("this one, too");
            });
            device.onFailure(told::add).close();
            device.onFailure(told::add);
            device.onRemoval(leaving -> {
                throw new ArithmeticException("not now");
            });
            device.as(EmulatedDevice.class).orElseThrow().requestRemoval();
            assertThat(next()).hasMessage("not now");
        }
        assertThat(told).isEmpty();
    }

    @Test
    void what_a_storey_throws_after_a_reset_or_in_a_notice_is_told() throws Exception {
        EmulatedDevice model = vfio.openDevice(DeviceLocator.parse("model:full"), OpenOptions.defaults())
                .ability(EmulatedDevice.class)
                .orElseThrow();
        VfioDevice storey = new Storey(model);
        try (PciDevice device = vfio.pci(storey, "storey")) {
            device.onFailure(told::add);
            device.reset();
            assertThat(next()).hasMessage("reset");
            model.requestRemoval();
            assertThat(next()).hasMessage("removal");
        }
        storey.close();
    }

    @Test
    void behind_a_socket_the_servers_log_has_the_failure_and_its_stack() throws Exception {
        Path socket = folder.resolve("s");
        BlockingQueue<LogRecord> logged = new LinkedBlockingQueue<>();
        Handler handler = new Handler() {
            @Override
            public void publish(LogRecord each) {
                logged.add(each);
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        Logger logger = Logger.getLogger("io.jvfio");
        logger.addHandler(handler);
        try (VfioDevice model = vfio.openDevice(DeviceLocator.parse("model:full"), OpenOptions.defaults());
                VfioUserServer server =
                        VfioUserServer.listen(model, socket, ServerOptions.defaults(), ServerListener.NONE);
                PciDevice client = Vfio.open("vfio-user:" + socket)) {
            assertThat(server).isNotNull();
            client.enableMemory();
            assertThatThrownBy(() -> client.bar(FullModel.REGISTERS).mmio().write64(FullModel.REFUSE, 1))
                    .isInstanceOf(VfioException.class)
                    .hasMessageContaining("EINVAL");
            fail(client);
            @Nullable Throwable end = null;
            while (end == null) {
                end = catchThrowable(() -> client.guard(
                        () -> client.bar(FullModel.REGISTERS).mmio().read64(FullModel.SCRATCH)));
            }
            assertThat(end).isInstanceOf(DeviceGoneException.class);
            assertThat(List.copyOf(logged))
                    .anySatisfy(each -> assertThat(each.getThrown()).hasMessage("as asked for"))
                    .anySatisfy(each -> assertThat(each.getThrown()).hasMessage("not here"));
        } finally {
            logger.removeHandler(handler);
        }
    }
}
