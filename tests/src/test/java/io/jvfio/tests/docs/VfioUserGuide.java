// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.docs;

import io.jvfio.DeviceLocator;
import io.jvfio.Vfio;
import io.jvfio.device.OpenOptions;
import io.jvfio.device.VfioDevice;
import io.jvfio.pci.PciDevice;
import io.jvfio.vfiouser.VfioUserDevice;
import io.jvfio.vfiouser.server.ServerListener;
import io.jvfio.vfiouser.server.ServerOptions;
import io.jvfio.vfiouser.server.VfioUserServer;
import java.nio.file.Path;
import java.util.function.Consumer;

/** What docs/vfio-user-guide.md quotes. */
final class VfioUserGuide {
    private VfioUserGuide() {}

    static void serve(Consumer<VfioUserServer> work) {
        try (Vfio vfio = Vfio.create();
                VfioDevice device = vfio.openDevice(DeviceLocator.parse("model:edu"), OpenOptions.defaults());
                VfioUserServer server = VfioUserServer.listen(
                        device, Path.of("/run/edu.sock"), ServerOptions.defaults(), ServerListener.NONE)) {
            work.accept(server);
        }
    }

    static void drive() {
        try (PciDevice device = Vfio.open("vfio-user:/run/device.sock")) {
            device.enableBusMaster();
            int id = device.bar(0).mmio().read32(0);
            device.bar(0).mmio().write32(4, id);
        }
    }

    static void reconnect(PciDevice pci) {
        pci.onError(lost -> {
            lost.device().ability(VfioUserDevice.class).orElseThrow().reconnect();
            lost.reset();
        });
    }
}
