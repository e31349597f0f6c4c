// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.kernel;

import io.jvfio.tests.lab.AccessMode;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The same devices by the other interface, and the other devices by both. */
@Tag("long")
@ParameterizedClass(name = "[mode={0}] {1}")
@MethodSource("everyDevice")
final class EachDeviceOtherwiseKernelIT extends EachDevice {
    static Stream<Arguments> everyDevice() {
        return Stream.of(
                Arguments.of(AccessMode.TYPE1V2, Device.PCI_TESTDEV),
                Arguments.of(AccessMode.IOMMUFD, Device.PCI_TESTDEV),
                Arguments.of(AccessMode.IOMMUFD, Device.GROUPED_EDU),
                Arguments.of(AccessMode.TYPE1V2, Device.MTTY),
                Arguments.of(AccessMode.IOMMUFD, Device.MTTY),
                Arguments.of(AccessMode.TYPE1V2, Device.NVME),
                Arguments.of(AccessMode.IOMMUFD, Device.NVME),
                Arguments.of(AccessMode.TYPE1V2, Device.IGB),
                Arguments.of(AccessMode.IOMMUFD, Device.IGB),
                Arguments.of(AccessMode.TYPE1V2, Device.VIRTIO_NET),
                Arguments.of(AccessMode.IOMMUFD, Device.VIRTIO_NET),
                Arguments.of(AccessMode.TYPE1V2, Device.MBOCHS));
    }
}
