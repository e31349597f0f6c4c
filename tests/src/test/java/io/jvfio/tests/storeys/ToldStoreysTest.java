// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.storeys;

import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.DeviceLocator;
import io.jvfio.Vfio;
import io.jvfio.device.IrqOwner;
import io.jvfio.device.IrqRequest;
import io.jvfio.device.OpenOptions;
import io.jvfio.device.VfioDevice;
import io.jvfio.device.VfioPci;
import io.jvfio.emulation.EmulatedDevice;
import io.jvfio.internal.sys.EventFd;
import io.jvfio.internal.sys.SystemCalls;
import io.jvfio.pci.DeviceState;
import io.jvfio.pci.PciDevice;
import io.jvfio.variant.Additions;
import io.jvfio.variant.VariantDevice;
import io.jvfio.vfiouser.server.ServerListener;
import io.jvfio.vfiouser.server.ServerOptions;
import io.jvfio.vfiouser.server.VfioUserServer;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a model tells reaches everybody on it, in order. */
@Timeout(60)
class ToldStoreysTest {
    private final List<String> log = new CopyOnWriteArrayList<>();

    @TempDir
    Path folder;

    private final class Storey extends VariantDevice {
        private final String name;

        Storey(VfioDevice below, String name) {
            super(below, Additions.none());
            this.name = name;
        }

        @Override
        protected void errorReported() {
            log.add(name + ": error");
            throw new ArithmeticException("on purpose");
        }

        @Override
        protected void removalRequested() {
            log.add(name + ": removal");
            throw new ArithmeticException("on purpose");
        }
    }

    private static EmulatedDevice model(Vfio vfio) {
        return vfio.openDevice(DeviceLocator.parse("model:edu"), OpenOptions.defaults())
                .ability(EmulatedDevice.class)
                .orElseThrow();
    }

    @Test
    void storeys_the_driver_and_a_client_are_told_of_a_removal_in_this_order() {
        Path socket = folder.resolve("served.sock");
        try (Vfio vfio = Vfio.create();
                EmulatedDevice model = model(vfio);
                VfioDevice top = new Storey(new Storey(model, "lower"), "upper");
                VfioUserServer server =
                        VfioUserServer.listen(top, socket, ServerOptions.defaults(), ServerListener.NONE);
                PciDevice client = Vfio.open("vfio-user:" + socket);
                PciDevice driver = vfio.pci(top, "the device under test")) {
            assertThat(server).isNotNull();
            client.onRemoval(leaving -> log.add("client: removal"));
            driver.onRemoval(leaving -> log.add("driver: removal"));
            model.requestRemoval();
            until(() -> log.contains("client: removal") && driver.state() == DeviceState.CLOSED);
        }
        assertThat(log).containsExactly("lower: removal", "upper: removal", "driver: removal", "client: removal");
    }

    @Test
    void storeys_without_a_driver_are_told_and_the_device_stays_open() {
        try (Vfio vfio = Vfio.create();
                EmulatedDevice model = model(vfio);
                VfioDevice top = new Storey(new Storey(model, "lower"), "upper");
                EventFd own = EventFd.open(SystemCalls.linux())) {
            top.setIrqs(IrqRequest.assign(VfioPci.VFIO_PCI_REQ_IRQ_INDEX, 0, List.of(own.fd()))
                    .by(IrqOwner.of("a test")));
            model.requestRemoval();
            until(() -> own.drain() == 1);
            assertThat(log).containsExactly("lower: removal", "upper: removal");
            assertThat(top.readRegister(VfioPci.VFIO_PCI_CONFIG_REGION_INDEX, 0, Short.BYTES))
                    .isEqualTo(0x1234);
        }
    }

    @Test
    void the_loss_of_a_server_is_an_error_of_all_storeys_of_its_client() {
        Path socket = folder.resolve("lost.sock");
        try (Vfio vfio = Vfio.create();
                EmulatedDevice model = model(vfio);
                VfioUserServer server =
                        VfioUserServer.listen(model, socket, ServerOptions.defaults(), ServerListener.NONE);
                VfioDevice far = vfio.openDevice(DeviceLocator.parse("vfio-user:" + socket), OpenOptions.defaults());
                PciDevice driver = vfio.pci(new Storey(new Storey(far, "lower"), "upper"), "far")) {
            driver.onError(failing -> log.add("driver: error"));
            end(server);
            until(() -> log.contains("driver: error") && driver.state() == DeviceState.GONE);
            assertThat(log).containsExactly("lower: error", "upper: error", "driver: error");
        }
    }

    private static void end(VfioUserServer server) {
        server.close();
    }

    private static void until(BooleanSupplier condition) {
        while (!condition.getAsBoolean()) {
            LockSupport.parkNanos(100_000);
        }
    }
}
