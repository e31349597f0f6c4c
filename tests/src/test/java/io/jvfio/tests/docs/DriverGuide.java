// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.DeviceLocator;
import io.jvfio.Vfio;
import io.jvfio.device.OpenOptions;
import io.jvfio.examples.Edu;
import io.jvfio.interrupt.InterruptType;
import io.jvfio.interrupt.Interrupts;
import io.jvfio.iommu.AddressSpace;
import io.jvfio.iommu.DmaBuffer;
import io.jvfio.mmio.Field;
import io.jvfio.mmio.Layouts;
import io.jvfio.mmio.Mmio;
import io.jvfio.mmio.Register32;
import io.jvfio.pci.PciDevice;
import io.jvfio.pci.config.ConfigContents;
import io.jvfio.pci.config.FieldValue;
import java.time.Duration;
import java.util.Iterator;

/** What docs/driver-guide.md quotes. */
final class DriverGuide {
    static final Register32 FACTORIAL = Register32.at(0x08);
    static final Register32 STATUS = Register32.at(0x20);
    static final Field COMPUTING = Field.bit(0);

    private DriverGuide() {}

    /** Where a driver puts its work. */
    interface Ring {
        void post(int work);

        void ring();
    }

    /** What a driver has under way. */
    interface Queues {
        void drain();
    }

    static String open() {
        try (PciDevice edu = Vfio.open("0000:00:04.0")) {
            return edu.name();
        }
    }

    static void openTwo(DeviceLocator first, DeviceLocator second) {
        try (Vfio vfio = Vfio.create();
                AddressSpace space = vfio.addressSpace(first, OpenOptions.defaults());
                PciDevice a = vfio.openPci(first, OpenOptions.defaults().withAddressSpace(space));
                PciDevice b = vfio.openPci(second, OpenOptions.defaults().withAddressSpace(space))) {
            assertThat(a.dma().addressSpace()).isSameAs(b.dma().addressSpace());
        }
    }

    static void readAndWrite(PciDevice edu) {
        Mmio regs = edu.bar(0).mmio();
        int id = regs.read32(0x00);
        regs.write32(0x04, ~id);
        assertThat(regs.read32(0x04)).isEqualTo(id);
    }

    static void nameRegisters(Mmio regs) {
        regs.write(FACTORIAL, 10);
        boolean done = regs.awaitField(STATUS, COMPUTING, 0, Duration.ofMillis(100));
        assertThat(done).isTrue();
        assertThat(regs.read(FACTORIAL)).isEqualTo(3_628_800);
    }

    static void writeField(PciDevice device) {
        ConfigContents contents = ConfigContents.of(device.config());
        FieldValue size =
                contents.capability(0x10).orElseThrow().register("DevCtl").field("MaxReadReq");
        device.config().write(size, 2); // 512 bytes
    }

    static void shareMemory(PciDevice edu, Mmio regs) {
        edu.enableBusMaster();
        edu.dma().addressBits(28); // what the device can address; 64 unless you say so
        try (DmaBuffer buffer = edu.dma().allocate(4096)) {
            buffer.memory().set(Layouts.LE_INT, 0, 42);
            regs.write(Edu.DMA_SOURCE, buffer.iova());
            assertThat(regs.read(Edu.DMA_SOURCE)).isEqualTo(buffer.iova());
        }
    }

    static void awaitInterrupt(PciDevice edu) throws InterruptedException {
        try (Interrupts msi = edu.interrupts().enable(InterruptType.MSI, 1)) {
            msi.trigger(0);
            long count = msi.await(0, Duration.ofSeconds(1)); // 0: nothing came
            assertThat(count).isEqualTo(1);
        }
    }

    static void leave(PciDevice edu, Queues queues) {
        edu.onRemoval(device -> queues.drain());
    }

    static void loop(PciDevice edu, Iterator<Integer> work, Ring ring) {
        edu.guard(() -> {
            while (work.hasNext()) {
                ring.post(work.next());
                ring.ring();
            }
        });
    }
}
