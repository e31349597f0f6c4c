// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.edu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jvfio.DeviceLocator;
import io.jvfio.Vfio;
import io.jvfio.device.DeviceGoneException;
import io.jvfio.device.OpenOptions;
import io.jvfio.device.VfioDevice;
import io.jvfio.examples.EduDriver;
import io.jvfio.iommu.DmaMappings;
import io.jvfio.pci.DeviceState;
import io.jvfio.pci.PciDevice;
import io.jvfio.testkit.LeakCheck;
import io.jvfio.vfiouser.server.ServerListener;
import io.jvfio.vfiouser.server.ServerOptions;
import io.jvfio.vfiouser.server.VfioUserServer;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A driver closes without a failure whatever has become of its device, and gives everything back. */
final class EduDriverEndTest {
    private static final String PULLED_AT_LIVENESS = "model:edu?faults=remove:read:at=0x4";

    @TempDir
    Path folder;

    private LeakCheck leaks;
    private Vfio context;

    @BeforeEach
    void open() {
        leaks = LeakCheck.start();
        context = Vfio.create();
    }

    @AfterEach
    void nothing_is_left_behind() {
        context.close();
        leaks.assertNothingLeaked();
    }

    private PciDevice device(String locator) {
        return context.openPci(DeviceLocator.parse(locator), OpenOptions.defaults());
    }

    @Test
    void of_a_device_that_works() {
        try (PciDevice device = device("model:edu")) {
            assertClosesTwice(device, EduDriver.open(device));
        }
    }

    @Test
    void of_a_device_that_was_pulled_out() {
        try (PciDevice device = device(PULLED_AT_LIVENESS)) {
            EduDriver driver = EduDriver.open(device);
            assertThatThrownBy(() -> driver.isAlive(1)).isInstanceOf(DeviceGoneException.class);
            assertThat(device.state()).isEqualTo(DeviceState.GONE);
            assertClosesTwice(device, driver);
        }
    }

    @Test
    void of_a_device_whose_server_has_gone() {
        try (VfioDevice model = context.openDevice(DeviceLocator.parse("model:edu"), OpenOptions.defaults())) {
            Path socket = folder.resolve("edu.sock");
            VfioUserServer server = VfioUserServer.listen(model, socket, ServerOptions.defaults(), ServerListener.NONE);
            try (server;
                    PciDevice device = device("vfio-user:" + socket)) {
                EduDriver driver = EduDriver.open(device);
                server.close();
                assertThatThrownBy(() -> driver.isAlive(1)).isInstanceOf(DeviceGoneException.class);
                assertClosesTwice(device, driver);
            }
        }
    }

    @Test
    void of_a_device_that_was_closed_before() {
        PciDevice device = device("model:edu");
        EduDriver driver = EduDriver.open(device);
        device.close();
        driver.close();
        driver.close();
        assertThat(device.state()).isEqualTo(DeviceState.CLOSED);
    }

    private static void assertClosesTwice(PciDevice device, EduDriver driver) {
        DmaMappings before = device.dma().addressSpace().mappings();
        driver.close();
        driver.close();
        assertThat(before.size()).isEqualTo(1);
        assertThat(device.dma().addressSpace().mappings().size()).isZero();
    }
}
