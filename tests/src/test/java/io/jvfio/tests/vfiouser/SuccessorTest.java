// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.vfiouser;

import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.DeviceLocator;
import io.jvfio.Vfio;
import io.jvfio.device.OpenOptions;
import io.jvfio.device.VfioDevice;
import io.jvfio.driver.nvme.NvmeController;
import io.jvfio.driver.nvme.spec.ControllerRegisters;
import io.jvfio.emulation.EmulatedDevice;
import io.jvfio.emulation.EmulationOptions;
import io.jvfio.pci.PciDevice;
import io.jvfio.testkit.LeakCheck;
import io.jvfio.vfiouser.VfioUserDevice;
import io.jvfio.vfiouser.VfioUserLimits;
import io.jvfio.vfiouser.server.ServerListener;
import io.jvfio.vfiouser.server.ServerOptions;
import io.jvfio.vfiouser.server.VfioUserServer;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a client that has gone still does to the one after it: nothing. */
@Timeout(120)
class SuccessorTest {
    private static final int DOORBELLS = (int) ControllerRegisters.DOORBELLS;
    private static final int PAGE = 4096;
    private static final int ADMIN_QUEUES = 0x24;
    private static final int ROUNDS = 3;

    @TempDir
    private Path folder;

    private final BlockingQueue<String> events = new LinkedBlockingQueue<>();
    private LeakCheck leaks;

    private final ServerListener recorder = new ServerListener() {
        @Override
        public void clientLost(Client client, String reason) {
            events.add("lost");
        }

        @Override
        public void deviceRenewed(String reason) {
            events.add("renewed: " + reason);
        }
    };

    @BeforeEach
    void start() {
        leaks = LeakCheck.start();
    }

    @AfterEach
    void nothing_is_left_behind() {
        leaks.assertNothingLeaked();
    }

    private VfioUserServer serve(Supplier<VfioDevice> source, String name, boolean trust) {
        ServerOptions options = ServerOptions.defaults().withTrustClient(trust);
        return VfioUserServer.listen(source, folder.resolve(name), options, recorder);
    }

    private VfioUserDevice connect(String name) {
        return VfioUserDevice.connect(folder.resolve(name), VfioUserLimits.defaults());
    }

    private String next() throws InterruptedException {
        return String.valueOf(events.poll(20, TimeUnit.SECONDS));
    }

    @Test
    void who_has_kept_mapped_doorbells_rings_none_of_its_successors() throws Exception {
        Supplier<VfioDevice> nvme =
                () -> EmulatedDevice.open("nvme?size=16MiB&doorbells=mapped", EmulationOptions.defaults());
        try (Bystander bystander = new Bystander(folder);
                VfioUserServer server = serve(nvme, "nvme", false)) {
            for (int round = 0; round < ROUNDS; round++) {
                VfioUserDevice predecessor = connect("nvme");
                predecessor.modifyRegister(7, 4, 2, 6, 6);
                predecessor.writeRegister(0, ADMIN_QUEUES, 4, 0x1f_001f);
                predecessor.writeRegister(0, ADMIN_QUEUES + 4, 8, 0x1000);
                try (Ringer ringer = new Ringer(predecessor)) {
                    predecessor.close();
                    assertThat(next()).isEqualTo("lost");
                    assertIsAsAfterPowerOn();
                    try (Vfio context = Vfio.create();
                            PciDevice device = context.openPci(locator("nvme"), OpenOptions.defaults());
                            NvmeController controller = NvmeController.open(device)) {
                        for (int i = 0; i < 50; i++) {
                            assertThat(controller.smart().byteSize()).isPositive();
                        }
                    }
                    assertThat(next()).isEqualTo("lost");
                    ringer.assertRinging();
                }
                bystander.assertUndisturbed();
            }
            assertThat(events)
                    .as("a model's file can be taken back: nothing had to be opened anew")
                    .isEmpty();
            assertThat(server.failure()).isEmpty();
        }
    }

    private void assertIsAsAfterPowerOn() throws InterruptedException {
        try (VfioUserDevice successor = connect("nvme")) {
            successor.modifyRegister(7, 4, 2, 2, 2);
            assertThat(successor.readRegister(0, ControllerRegisters.CC.offset(), 4))
                    .isZero();
            assertThat(successor.readRegister(0, ControllerRegisters.CSTS.offset(), 4))
                    .isZero();
            assertThat(successor.readRegister(0, ADMIN_QUEUES, 4)).isZero();
            assertThat(successor.readRegister(0, ADMIN_QUEUES + 4, 8)).isZero();
            for (int at = 0; at < PAGE; at += Integer.BYTES) {
                assertThat(successor.readRegister(0, DOORBELLS + at, 4)).isZero();
            }
        }
        assertThat(next()).isEqualTo("lost");
    }

    @Test
    void a_device_whose_file_came_from_another_process_is_opened_anew_after_a_trusted_client() throws Exception {
        Supplier<VfioDevice> model =
                () -> EmulatedDevice.open("nvme?size=16MiB&doorbells=mapped", EmulationOptions.defaults());
        try (VfioUserServer lower = serve(model, "lower", false);
                VfioUserServer server = serve(() -> connect("lower"), "nvme", true)) {
            VfioUserDevice predecessor = connect("nvme");
            try (Ringer ringer = new Ringer(predecessor)) {
                predecessor.close();
                assertThat(next()).isEqualTo("lost");
                // The server below has lost its client too, and has taken its file back.
                assertThat(List.of(next(), next()))
                        .containsExactlyInAnyOrder(
                                "lost", "renewed: the client keeps the file of region 0: it cannot be taken back");
                ringer.assertRinging();
                try (VfioUserDevice successor = connect("nvme")) {
                    successor.modifyRegister(7, 4, 2, 2, 2);
                    for (int at = 0; at < PAGE; at += Integer.BYTES) {
                        assertThat(successor.readRegister(0, DOORBELLS + at, 4)).isZero();
                    }
                }
            }
            assertThat(lower.failure()).isEmpty();
            assertThat(server.failure()).isEmpty();
        }
    }

    @Test
    void a_device_whose_own_server_has_ended_is_opened_anew_when_that_is_back() throws Exception {
        Supplier<VfioDevice> model = () -> EmulatedDevice.open("edu", EmulationOptions.defaults());
        VfioUserServer first = serve(model, "lower", false);
        try (VfioUserServer server = serve(() -> connect("lower"), "edu", false)) {
            VfioUserDevice client = connect("edu");
            client.modifyRegister(7, 4, 2, 2, 2);
            client.writeRegister(0, 4, 4, 5);
            first.close();
            try (VfioUserServer second = serve(model, "lower", false)) {
                client.close();
                while (!next().equals("renewed: the device is gone")) {
                    // The servers tell of their clients.
                }
                try (VfioUserDevice successor = connect("edu")) {
                    successor.modifyRegister(7, 4, 2, 2, 2);
                    assertThat(successor.readRegister(0, 4, 4)).isZero();
                    successor.writeRegister(0, 4, 4, 5);
                    assertThat(successor.readRegister(0, 4, 4)).isEqualTo(~5 & 0xffff_ffffL);
                }
                assertThat(second.failure()).isEmpty();
                assertThat(server.failure()).isEmpty();
            }
        }
    }

    private DeviceLocator locator(String name) {
        return DeviceLocator.parse("vfio-user:" + folder.resolve(name));
    }
}
