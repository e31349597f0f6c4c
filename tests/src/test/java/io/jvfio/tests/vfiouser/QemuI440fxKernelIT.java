// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.vfiouser;

import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.Vfio;
import io.jvfio.device.RegionType;
import io.jvfio.device.VfioPci;
import io.jvfio.pci.PciDevice;
import io.jvfio.tests.lab.LabDrivers;
import io.jvfio.vendor.igd.spec.OpRegion;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The model igd on a machine whose LPC bridge is not where the kernel looks for it: there are two regions. */
@Tag("qemu-client")
@Tag("qemu-i440fx")
@Tag("mode-i440fx")
final class QemuI440fxKernelIT {
    @BeforeEach
    void bind() throws Exception {
        Shell.run("modprobe", "vfio-pci");
        LabDrivers.bind(QemuIgdKernelIT.ADDRESS, "vfio-pci");
    }

    @AfterEach
    void forget() throws Exception {
        QemuIgdKernelIT.place(0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"group:", "cdev:"})
    void without_an_lpc_bridge_there_are_two_regions(String way) throws Exception {
        OpRegionArea.Layout layout = OpRegionArea.Layout.all().stream()
                .filter(each -> each.name().equals("TABLE_BEHIND"))
                .findFirst()
                .orElseThrow();
        QemuIgdKernelIT.place(layout.address());
        try (PciDevice device = Vfio.open(way + QemuIgdKernelIT.ADDRESS)) {
            assertThat(device.device().info().regionCount()).isEqualTo(VfioPci.VFIO_PCI_NUM_REGIONS + 2);
            assertThat(QemuIgdKernelIT.bytes(device, OpRegion.REGION_SUBTYPE)).isEqualTo(layout.presented());
            assertThat(QemuIgdKernelIT.bytes(device, QemuIgdKernelIT.HOST_BRIDGE)
                            .u32(0))
                    .isEqualTo(0x1237_8086);
            assertThat(device.region(new RegionType(OpRegion.REGION_TYPE, QemuIgdKernelIT.LPC_BRIDGE)))
                    .isEmpty();
        }
    }
}
