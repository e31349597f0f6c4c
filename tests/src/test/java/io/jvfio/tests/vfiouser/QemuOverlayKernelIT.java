// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.vfiouser;

import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.Vfio;
import io.jvfio.mmio.Mmio;
import io.jvfio.pci.PciDevice;
import io.jvfio.tests.lab.LabDrivers;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What a storey changes in a device reaches QEMU, the guest's kernel and its programs ({@link OverlaidDevice}). */
@Tag("qemu-client")
@Tag("mode-overlay")
final class QemuOverlayKernelIT {
    private static final String ADDRESS = "0000:00:09.0";

    @Test
    void lspci_reads_what_the_overlay_shows() throws Exception {
        assertThat(Shell.run("lspci", "-nvvv", "-s", ADDRESS))
                .contains("1234:0b1e", "Subsystem: 1234:600d")
                .containsPattern("Capabilities: \\[e0] Vendor Specific Information: Len=08");
    }

    @Test
    void setpci_writes_a_virtual_register() throws Exception {
        String register = Integer.toHexString(OverlaidDevice.REGISTER) + ".w";
        assertThat(Shell.run("setpci", "-s", ADDRESS, register).strip()).isEqualTo("1234");
        Shell.run("setpci", "-s", ADDRESS, register + "=abcd");
        assertThat(Shell.run("setpci", "-s", ADDRESS, register).strip()).isEqualTo("abcd");
        Shell.run("setpci", "-s", ADDRESS, register + "=1234");
        Shell.run("setpci", "-s", ADDRESS, "2e.w=0");
        assertThat(Shell.run("setpci", "-s", ADDRESS, "2e.w").strip()).isEqualTo("600d");
    }

    @Test
    void the_page_that_the_storey_takes_is_a_hole_in_what_QEMU_maps() throws Exception {
        Shell.run("modprobe", "vfio-pci");
        LabDrivers.bind(ADDRESS, "vfio-pci");
        try (PciDevice device = Vfio.open(ADDRESS)) {
            Mmio bar = device.bar(0).mmio();
            for (int at = 0; at < OverlaidDevice.BAR_SIZE; at += 0x400) {
                boolean hole = at >= OverlaidDevice.HOLE && at < OverlaidDevice.HOLE + 0x1000;
                assertThat(bar.read32(at))
                        .as(Integer.toHexString(at))
                        .isEqualTo(hole ? OverlaidDevice.hole(at) : OverlaidDevice.memory(at));
            }
            bar.write32(0x8000, 7);
            bar.write32(OverlaidDevice.HOLE, 7);
            assertThat(bar.read32(0x8000)).isEqualTo(7);
            assertThat(bar.read32(OverlaidDevice.HOLE)).isEqualTo(OverlaidDevice.hole(OverlaidDevice.HOLE));
            bar.write32(0x8000, OverlaidDevice.memory(0x8000));
        }
    }
}
