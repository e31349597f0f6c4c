// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.zpci;

import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.DeviceLocator;
import io.jvfio.Vfio;
import io.jvfio.device.OpenOptions;
import io.jvfio.device.VfioDevice;
import io.jvfio.driver.nvme.NvmeController;
import io.jvfio.iommu.DmaBuffer;
import io.jvfio.iommu.IovaRange;
import io.jvfio.pci.PciDevice;
import io.jvfio.platform.zpci.spec.ZpciCapabilities;
import io.jvfio.vfiouser.server.ServerListener;
import io.jvfio.vfiouser.server.ServerOptions;
import io.jvfio.vfiouser.server.VfioUserServer;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A function whose server has the layer on it already: a client has none, and has to learn what it says. */
@Timeout(60)
class ServedZpciTest {
    private static final IovaRange APERTURE = new IovaRange(0x1_0000_0000L, 0x1_7fff_ffffL);

    private final Vfio vfio = Vfio.create();

    @TempDir
    private Path folder;

    private final Deque<AutoCloseable> open = new ArrayDeque<>();

    @AfterEach
    void close() throws Exception {
        while (!open.isEmpty()) {
            open.pop().close();
        }
        vfio.close();
    }

    @Test
    void a_client_keeps_to_the_aperture_over_one_hop_and_two() {
        VfioDevice function = stack(DeviceLocator.parse("model:zpci?of=nvme"));
        VfioDevice near = stack(serve(function, "one"));
        PciDevice far = vfio.pci(stack(serve(near, "two")), "far");
        assertThat(function.info().reach()).isEqualTo(APERTURE);
        assertThat(near.info().reach()).isEqualTo(APERTURE);
        assertThat(far.device().info().reach()).isEqualTo(APERTURE);

        try (DmaBuffer buffer = far.dma().allocate(4096)) {
            assertThat(APERTURE.contains(buffer.iova())).isTrue();
        }
        try (NvmeController controller = NvmeController.open(far)) {
            assertThat(controller.namespaces()).isNotEmpty();
        }
    }

    @Test
    void a_client_learns_the_handle_that_a_reset_gives() {
        VfioDevice function = stack(DeviceLocator.parse("model:zpci?of=nvme"));
        VfioDevice near = stack(serve(function, "one"));
        VfioDevice far = stack(serve(near, "two"));
        int before = handle(far);

        far.reset();

        assertThat(handle(far)).isNotEqualTo(before);
        assertThat(handle(far)).isEqualTo(handle(near)).isEqualTo(handle(function));
    }

    private static int handle(VfioDevice device) {
        return ZpciCapabilities.of(device.info()).orElseThrow().base().fh();
    }

    private VfioDevice stack(DeviceLocator locator) {
        VfioDevice device = vfio.openStack(locator, OpenOptions.defaults()).device();
        open.push(device);
        return device;
    }

    private DeviceLocator serve(VfioDevice device, String name) {
        Path socket = folder.resolve(name);
        open.push(VfioUserServer.listen(device, socket, ServerOptions.defaults(), ServerListener.NONE));
        return DeviceLocator.parse("vfio-user:" + socket);
    }
}
