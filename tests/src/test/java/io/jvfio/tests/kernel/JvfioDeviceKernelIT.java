// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jvfio.device.OpenOptions.IommuChoice;
import io.jvfio.device.VfioDevice;
import io.jvfio.pci.PciDevice;
import io.jvfio.testkit.JvfioDevice;
import io.jvfio.tests.lab.LabDevices;
import io.jvfio.tests.lab.LabParts;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The extension gives devices of a real kernel. Each test opens the same ones: they must have been closed in between. */
@JvfioDevice(LabDevices.IGB)
@Tag(LabParts.NEEDS_IGB)
final class JvfioDeviceKernelIT {
    private static final int EDU_VENDOR = 0x1234;
    private static final int IGB_VENDOR = 0x8086;
    private static final int CONFIG_REGION = 7;

    @RepeatedTest(2)
    void a_parameter_is_an_open_device(@JvfioDevice(LabDevices.EDU) PciDevice edu) {
        assertThat(edu.config().vendorId()).isEqualTo(EDU_VENDOR);
    }

    @RepeatedTest(2)
    void a_parameter_without_a_name_is_the_device_of_the_class(PciDevice igb) {
        assertThat(igb.config().vendorId()).isEqualTo(IGB_VENDOR);
    }

    @Test
    void the_carrier_may_be_chosen(
            @JvfioDevice(value = LabDevices.EDU, iommu = IommuChoice.TYPE1V2) VfioDevice edu,
            @JvfioDevice(value = LabDevices.PCI_TESTDEV, iommu = IommuChoice.IOMMUFD) VfioDevice other) {
        assertThat(edu.addressSpace().description()).contains("TYPE1v2");
        assertThat(other.addressSpace().description()).contains("IOAS");
    }

    @Test
    void the_test_may_close_the_device_itself(VfioDevice igb) {
        igb.close();
        assertThatThrownBy(() -> igb.readRegister(CONFIG_REGION, 0, Short.BYTES))
                .isInstanceOf(IllegalStateException.class);
    }
}
