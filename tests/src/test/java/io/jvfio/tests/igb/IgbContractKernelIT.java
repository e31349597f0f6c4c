// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.igb;

import io.jvfio.DeviceLocator;
import io.jvfio.device.OpenOptions;
import io.jvfio.interrupt.Interrupts;
import io.jvfio.pci.DeviceState;
import io.jvfio.pci.PciDevice;
import io.jvfio.testkit.DriverContract;
import io.jvfio.testkit.TestDriver;
import io.jvfio.tests.lab.AccessMode;
import io.jvfio.tests.lab.LabDevices;
import io.jvfio.tests.lab.LabParts;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import org.junit.jupiter.api.Tag;

/** The contract of a driver with igb's; its own tests run in every mode. */
@Tag("long")
@Tag(LabParts.NEEDS_IGB)
final class IgbContractKernelIT extends DriverContract {
    private static final int INTEL = 0x8086;
    private static final int IGB_82576 = 0x10c9;

    @Override
    protected DeviceLocator locator() {
        return AccessMode.IOMMUFD.locator(LabDevices.IGB);
    }

    @Override
    protected OpenOptions options() {
        return AccessMode.IOMMUFD.options();
    }

    @Override
    protected boolean probe(PciDevice device) {
        return device.config().vendorId() == INTEL && device.config().deviceId() == IGB_82576;
    }

    @Override
    protected TestDriver init(PciDevice device) {
        return new Adapter(device, IgbDriver.open(device));
    }

    /** A copy is a frame that the card sends to itself. */
    private record Adapter(PciDevice device, IgbDriver driver) implements TestDriver {
        @Override
        public int smallestCopy() {
            return 60;
        }

        @Override
        public int largestCopy() {
            return 1514;
        }

        @Override
        public int largestBatch() {
            return IgbDriver.LARGEST_BATCH;
        }

        /** IEEE 802: a frame's type for experiments, in the bytes 12 and 13. */
        @Override
        public void shape(MemorySegment bytes) {
            bytes.set(ValueLayout.JAVA_BYTE, 12, (byte) 0x88);
            bytes.set(ValueLayout.JAVA_BYTE, 13, (byte) 0xb5);
        }

        @Override
        public void startCopies(long source, long target, int size, int count) {
            driver.startCopies(source, target, size, count);
        }

        @Override
        public boolean awaitCopies(Duration timeout) {
            return driver.awaitCopies(timeout);
        }

        @Override
        public void sendMessage() {
            driver.raise(IgbDriver.SOFTWARE_VECTOR);
        }

        @Override
        public int messageVector() {
            return IgbDriver.SOFTWARE_VECTOR;
        }

        @Override
        public Interrupts interrupts() {
            return driver.interrupts();
        }

        @Override
        public void recover() {
            device.reset();
            driver.start();
        }

        @Override
        public void close() {
            if (device.state() != DeviceState.CLOSED) {
                driver.close();
            }
        }
    }
}
