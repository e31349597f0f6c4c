// SPDX-License-Identifier: Apache-2.0
package io.jvfio.examples;

import static io.jvfio.interrupt.InterruptType.MSI;

import io.jvfio.Vfio;
import io.jvfio.interrupt.Interrupts;
import io.jvfio.iommu.DmaBuffer;
import io.jvfio.mmio.Mmio;
import io.jvfio.pci.PciDevice;
import java.time.Duration;

/**
 * DMA and interrupts: lets an edu device fetch a buffer and write it back, and waits for its MSI each time. Run it with
 *
 * <pre>{@code
 * ./jvfio --version
 * java --enable-native-access=io.jvfio.core --module-path cli/target/lib \
 *     --module io.jvfio.examples/io.jvfio.examples.EduDma model:edu
 * }</pre>
 *
 * The first command builds what is not built.
 */
public final class EduDma {
    private static final Duration LIMIT = Duration.ofSeconds(5);

    private EduDma() {}

    /**
     * Runs the example.
     *
     * @param args the device, {@code 0000:00:04.0} for example, or {@code model:edu} on a machine without one
     * @throws InterruptedException if the thread is interrupted in a wait
     */
    public static void main(String[] args) throws InterruptedException {
        try (PciDevice edu = Vfio.open(Usage.edu(args, EduDma.class))) {
            edu.dma().addressBits(Edu.ADDRESS_BITS);
            edu.enableBusMaster();
            Mmio regs = edu.bar(0).mmio();
            try (DmaBuffer buffer = edu.dma().allocate(4096);
                    Interrupts msi = edu.interrupts().enable(MSI, 1)) {
                buffer.memory().setString(0, "through the device and back");

                regs.write(Edu.DMA_SOURCE, buffer.iova());
                regs.write(Edu.DMA_DESTINATION, Edu.INTERNAL_BUFFER);
                regs.write(Edu.DMA_COUNT, 4096);
                regs.write(Edu.DMA_COMMAND, Edu.START | Edu.RAISE_IRQ);
                boolean fetched = msi.await(0, LIMIT) > 0;
                regs.write(Edu.IRQ_ACKNOWLEDGE, Edu.IRQ_DMA_DONE);

                buffer.memory().fill((byte) 0);

                regs.write(Edu.DMA_SOURCE, Edu.INTERNAL_BUFFER);
                regs.write(Edu.DMA_DESTINATION, buffer.iova());
                regs.write(Edu.DMA_COMMAND, Edu.START | Edu.TO_MEMORY | Edu.RAISE_IRQ);
                boolean written = msi.await(0, LIMIT) > 0;
                regs.write(Edu.IRQ_ACKNOWLEDGE, Edu.IRQ_DMA_DONE);

                IO.println(fetched && written ? buffer.memory().getString(0) : "no interrupt came");
            }
        }
    }
}
