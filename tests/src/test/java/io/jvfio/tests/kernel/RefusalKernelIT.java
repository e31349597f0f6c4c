// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jvfio.Vfio;
import io.jvfio.VfioException;
import io.jvfio.device.OpenOptions;
import io.jvfio.internal.sys.Descriptor;
import io.jvfio.pci.PciDevice;
import io.jvfio.tests.lab.AccessMode;
import io.jvfio.tests.lab.LabDevices;
import io.jvfio.tests.lab.LabParts;
import java.io.IOException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;

/** Why a device cannot be opened, said so that its user can do something about it. */
@InEveryAccessMode
@Tag(LabParts.NEEDS_EDU)
final class RefusalKernelIT extends KernelFixture {
    @Parameter
    AccessMode mode;

    @Test
    void a_device_is_opened_once() {
        PciDevice first = openPci(mode, LabDevices.EDU);
        assertThatThrownBy(() -> openPci(mode, LabDevices.EDU))
                .isInstanceOfSatisfying(
                        VfioException.class, e -> assertThat(e.name()).isIn("EBUSY", "EINVAL"));
        assertThat(first.config().vendorId()).isEqualTo(0x1234);
    }

    @Test
    void a_group_that_another_holds_is_busy() {
        Descriptor group = closing(DeviceNodes.openGroup(LabDevices.EDU));
        assertThatThrownBy(() -> openPci(mode, LabDevices.EDU)).isInstanceOfSatisfying(VfioException.class, e -> {
            assertThat(e.name()).isEqualTo("EBUSY");
            assertThat(e.hint()).isNotBlank();
        });
        assertThat(group.isOpen()).isTrue();
    }

    @Test
    @Tag(LabParts.NEEDS_GROUP)
    void a_group_of_which_the_kernel_drives_a_device_is_not_viable() throws IOException {
        try (DriverChange change = DriverChange.to("virtio-pci", LabDevices.GROUPED_RNG)) {
            assertThatThrownBy(() -> openPci(mode, LabDevices.GROUPED_EDU))
                    .isInstanceOfSatisfying(VfioException.class, e -> {
                        assertThat(e.name()).isEqualTo("EPERM");
                        assertThat(e.hint()).contains(LabDevices.GROUPED_RNG + " (driver virtio-pci)");
                    });
            assertThat(change.driver()).isEqualTo("virtio-pci");
        }
        assertThat(openPci(mode, LabDevices.GROUPED_EDU).config().vendorId()).isEqualTo(0x1234);
    }

    @Test
    void a_device_that_is_not_there_is_named() {
        assertThatThrownBy(() -> openPci(mode, "0000:00:1e.7"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("0000:00:1e.7");
    }

    @Test
    @Tag(LabParts.NEEDS_GROUP)
    void a_device_without_a_vfio_driver_is_told_to_be_bound() {
        assertThatThrownBy(() -> openPci(mode, LabDevices.GROUP_BRIDGE))
                .isInstanceOfSatisfying(
                        VfioException.class, e -> assertThat(e.getMessage()).contains(LabDevices.GROUP_BRIDGE));
    }

    @Test
    @Tag(LabParts.NEEDS_NO_IOMMU)
    void a_device_without_an_iommu_must_be_asked_for_as_such() {
        assertThatThrownBy(() -> openPci(mode, LabDevices.NO_IOMMU))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("noiommu:" + LabDevices.NO_IOMMU);
    }

    @Test
    void a_space_of_another_context_does_not_take_the_device_of_an_iommufd() {
        try (Vfio other = Vfio.create();
                var space = other.addressSpace(mode.locator(LabDevices.EDU), mode.options())) {
            OpenOptions options = mode.options().withAddressSpace(space);
            assertThatThrownBy(() -> Vfio.open(LabDevices.EDU, options)).isInstanceOf(IllegalArgumentException.class);
        }
    }
}
