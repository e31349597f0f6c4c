// SPDX-License-Identifier: Apache-2.0
package com.example.driver;

import io.jvfio.Vfio;
import io.jvfio.examples.Edu;
import io.jvfio.interrupt.InterruptType;
import io.jvfio.interrupt.Interrupts;
import io.jvfio.iommu.DmaBuffer;
import io.jvfio.mmio.Mmio;
import io.jvfio.pci.PciDevice;
import java.time.Duration;

/** The driver that README begins with. */
public final class FirstDriver {
    private FirstDriver() {}

    /**
     * Lets the device fetch a buffer.
     *
     * @param args none
     * @throws InterruptedException if the thread is interrupted in the wait
     */
    public static void main(String[] args) throws InterruptedException {
        try (PciDevice edu = Vfio.open("model:edu")) { // or "0000:00:04.0"; nothing else changes
            edu.enableBusMaster();
            edu.dma().addressBits(28);
            Mmio regs = edu.bar(0).mmio();
            try (DmaBuffer buffer = edu.dma().allocate(4096);
                    Interrupts msi = edu.interrupts().enable(InterruptType.MSI, 1)) {
                regs.write(Edu.DMA_SOURCE, buffer.iova());
                regs.write(Edu.DMA_DESTINATION, Edu.INTERNAL_BUFFER);
                regs.write(Edu.DMA_COUNT, 4096);
                regs.write(Edu.DMA_COMMAND, Edu.START | Edu.RAISE_IRQ);
                boolean done = msi.await(0, Duration.ofSeconds(1)) > 0;
                IO.println(done ? "the device has fetched the buffer" : "no interrupt came");
            }
        }
    }
}
