// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.DeviceLocator;
import io.jvfio.Vfio;
import io.jvfio.pci.PciDevice;
import io.jvfio.testkit.LeakCheck;
import io.jvfio.tests.lab.AccessMode;
import io.jvfio.tests.lab.LabDevices;
import io.jvfio.tests.lab.LabParts;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;

/** Mediated devices: a driver of the kernel plays the device. */
@InEveryAccessMode
@Tag("quick")
@Tag(LabParts.NEEDS_MEDIATED)
class MdevKernelIT {
    private static final int MTTY_VENDOR = 0x4348;
    private static final int REDHAT_VENDOR = 0x1b36;
    private static final int BOCHS_VENDOR = 0x1234;

    /** The scratch register of a 16550 UART. */
    private static final long SCRATCH = 7;

    @Parameter
    AccessMode mode;

    @Test
    void mtty_is_a_serial_card_whose_scratch_register_keeps_what_is_written() {
        LeakCheck check = LeakCheck.start();
        try (Vfio vfio = Vfio.create();
                PciDevice mtty = open(vfio, LabDevices.MTTY)) {
            assertThat(mtty.config().vendorId()).isEqualTo(MTTY_VENDOR);
            mtty.bar(0).mmio().write8(SCRATCH, 0x5a);
            assertThat(mtty.bar(0).mmio().read8(SCRATCH)).isEqualTo(0x5a);
        }
        check.assertNothingLeaked();
    }

    @Test
    void mdpy_and_mbochs_are_displays_with_memory() {
        LeakCheck check = LeakCheck.start();
        try (Vfio vfio = Vfio.create();
                PciDevice mdpy = open(vfio, LabDevices.MDPY);
                PciDevice mbochs = open(vfio, LabDevices.MBOCHS)) {
            assertThat(mdpy.config().vendorId()).isEqualTo(REDHAT_VENDOR);
            assertThat(mbochs.config().vendorId()).isEqualTo(BOCHS_VENDOR);
            assertThat(mdpy.bar(0).size()).isPositive();
            assertThat(mbochs.bar(0).size()).isPositive();
        }
        check.assertNothingLeaked();
    }

    private PciDevice open(Vfio vfio, UUID uuid) {
        return vfio.openPci(DeviceLocator.parse("mdev:" + uuid), mode.options());
    }
}
