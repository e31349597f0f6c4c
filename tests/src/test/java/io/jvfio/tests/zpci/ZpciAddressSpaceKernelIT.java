// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.zpci;

import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.DeviceLocator;
import io.jvfio.device.OpenOptions;
import io.jvfio.iommu.IovaRange;
import io.jvfio.testkit.AddressSpaceContract;
import io.jvfio.tests.lab.AccessMode;
import io.jvfio.tests.lab.LabDevices;
import io.jvfio.tests.lab.LabFacts;
import io.jvfio.tests.lab.LabParts;
import io.jvfio.tests.lab.LabSession;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The contract of an address space with a zPCI function in it, whose addresses begin at 4 GiB. An iommufd (Linux 7.3.4) tells
 * a range that goes on to the end of the page table, past the function's aperture, where a map ends with EIO: what the
 * function reaches has to be asked of the function then.
 */
@Tag(LabParts.NEEDS_ZPCI)
@Tag("quick")
@ParameterizedClass(name = "[mode={0}]")
@EnumSource(
        value = AccessMode.class,
        names = {"TYPE1", "TYPE1V2"})
final class ZpciAddressSpaceKernelIT extends AddressSpaceContract {
    @Parameter
    AccessMode mode;

    @Override
    protected DeviceLocator locator() {
        return mode.locator(LabDevices.NVME);
    }

    @Override
    protected OpenOptions options() {
        return mode.options();
    }

    @Test
    void the_aperture_is_as_large_as_the_memory_and_begins_where_the_machine_says() {
        try (LabSession session = new LabSession()) {
            assertThat(session.open(mode, LabDevices.NVME).dma().addressSpace().usable())
                    .singleElement()
                    .extracting(IovaRange::toString)
                    .isEqualTo(LabFacts.range("iommu.aperture").toString());
        }
    }
}
