// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.mlx5;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.jvfio.Vfio;
import io.jvfio.carrier.ForwardingDevice;
import io.jvfio.device.VfioDevice;
import io.jvfio.emulation.EmulatedDevice;
import io.jvfio.emulation.EmulationOptions;
import io.jvfio.pci.PciDevice;
import io.jvfio.testkit.LeakCheck;
import io.jvfio.vendor.mlx.BringUpOptions;
import io.jvfio.vendor.mlx.Hca;
import io.jvfio.vendor.mlx.MlxAccess;
import io.jvfio.vendor.mlx.NopQueue;
import io.jvfio.vendor.mlx.spec.InitSegment;
import io.jvfio.vfiouser.VfioUserDevice;
import io.jvfio.vfiouser.VfioUserLimits;
import io.jvfio.vfiouser.server.ServerListener;
import io.jvfio.vfiouser.server.ServerOptions;
import io.jvfio.vfiouser.server.VfioUserServer;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Wherever a client is lost on its way up or down, the next one finds a function that works. */
@Timeout(180)
class LostClientTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final BringUpOptions OPTIONS = BringUpOptions.defaults().withLimits(PATIENCE, PATIENCE);

    /** More commands than one life has. */
    private static final int ENOUGH = 100;

    @TempDir
    private Path folder;

    /** A client whose connection ends without a word as soon as it has rung for one of its commands. */
    private static final class Dying extends ForwardingDevice {
        private final int last;
        private int commands;

        Dying(VfioDevice below, int last) {
            super(below);
            this.last = last;
        }

        @Override
        public void writeRegister(int region, long offset, int width, long value) {
            super.writeRegister(region, offset, width, value);
            if (region == 0 && offset == InitSegment.DOORBELL.offset() && ++commands == last) {
                below().close();
            }
        }

        boolean died() {
            return commands >= last;
        }
    }

    private VfioUserDevice connect() {
        return VfioUserDevice.connect(folder.resolve("socket"), VfioUserLimits.defaults());
    }

    /** Up, one piece of work, and down. */
    private static void live(PciDevice device) {
        try (Hca hca = Hca.bringUp(MlxAccess.of(device), OPTIONS);
                NopQueue queue = hca.createNopQueue(4)) {
            queue.arm();
            queue.post();
            assertThat(queue.await(PATIENCE)).isPresent();
            assertThat(hca.pages()).isEqualTo(216);
        }
    }

    @Test
    void after_each_command_the_next_client_has_a_working_function() {
        LeakCheck leaks = LeakCheck.start();
        int deaths = 0;
        try (Vfio vfio = Vfio.create();
                VfioUserServer server = VfioUserServer.listen(
                        () -> EmulatedDevice.open("mlx5", EmulationOptions.defaults()),
                        folder.resolve("socket"),
                        ServerOptions.defaults(),
                        new ServerListener() {})) {
            boolean died = true;
            while (died) {
                Dying dying = new Dying(connect(), deaths + 1);
                PciDevice device = vfio.pci(dying, "the client that dies");
                Throwable end = catchThrowable(() -> live(device));
                died = dying.died();
                assertThat(end != null).as("life %d: %s", deaths + 1, end).isEqualTo(died);
                Throwable ending = catchThrowable(device::close); // the connection may be gone before it
                assertThat(ending == null || died)
                        .as("life %d: %s", deaths + 1, ending)
                        .isTrue();
                deaths += died ? 1 : 0;
                assertThat(deaths).isLessThan(ENOUGH);

                try (PciDevice next = vfio.pci(connect(), "the next client")) {
                    live(next);
                }
            }
            assertThat(server.failure()).isEmpty();
        }
        assertThat(deaths).isGreaterThan(20);
        leaks.assertNothingLeaked();
    }
}
