// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.kernel;

import io.jvfio.DeviceLocator;
import io.jvfio.device.OpenOptions;
import io.jvfio.testkit.TestRegister;
import io.jvfio.testkit.VfioDeviceContract;
import io.jvfio.tests.lab.AccessMode;
import io.jvfio.tests.lab.LabDevices;
import io.jvfio.tests.lab.LabFacts;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.provider.Arguments;

/** The contract of a device on other devices of the lab than edu, by their groups or by their own nodes. */
abstract class EachDevice extends VfioDeviceContract {
    private static final int NONE = -1;

    /** A device of the lab, and where a register is in it that reads the same each time and can be mapped. */
    enum Device {
        PCI_TESTDEV(LabDevices.PCI_TESTDEV, 0, 0),
        /** Controller Capabilities, low half. */
        NVME(LabDevices.NVME, 0, 0),
        /** Device Status. */
        IGB(LabDevices.IGB, 0, 8),
        /** The identification. */
        GROUPED_EDU(LabDevices.GROUPED_EDU, 0, 0),
        /** Device features, low half. */
        VIRTIO_NET(LabDevices.VIRTIO_NET, 4, 4),
        /** A serial port: nothing can be mapped. */
        MTTY("mdev:" + LabDevices.MTTY, NONE, 0),
        /** A pixel. */
        MBOCHS("mdev:" + LabDevices.MBOCHS, 0, 0);

        /** In the facts of a machine. */
        static Device named(String word) {
            return valueOf(word.toUpperCase(Locale.ROOT).replace('-', '_'));
        }

        private final String locator;
        private final int region;
        private final long offset;

        Device(String locator, int region, long offset) {
            this.locator = locator;
            this.region = region;
            this.offset = offset;
        }
    }

    /** Config space of mbochs is read-only but for the BARs; its frame buffer keeps what is written. */
    private static final TestRegister FRAME_BUFFER = new TestRegister(0, 0x100, 4);

    /** The devices that a machine's facts name, with the modes in which they are taken. */
    static Stream<Arguments> named(String fact) {
        return Stream.of(AccessMode.TYPE1V2, AccessMode.IOMMUFD)
                .flatMap(mode ->
                        LabFacts.words(fact + "." + mode).stream().map(word -> Arguments.of(mode, Device.named(word))));
    }

    @Parameter(0)
    AccessMode mode;

    @Parameter(1)
    Device device;

    @Override
    protected DeviceLocator locator() {
        return DeviceLocator.parse(device.locator);
    }

    @Override
    protected OpenOptions options() {
        return mode.options();
    }

    @Override
    protected TestRegister scratch() {
        return device == Device.MBOCHS ? FRAME_BUFFER : super.scratch();
    }

    @Override
    protected Optional<TestRegister> mappedRegister() {
        return device.region == NONE || LabFacts.lacks("windows")
                ? Optional.empty()
                : Optional.of(new TestRegister(device.region, device.offset, 4));
    }
}
