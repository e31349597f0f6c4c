// SPDX-License-Identifier: Apache-2.0
package io.jvfio.examples;

import static io.jvfio.interrupt.InterruptType.MSI;

import io.jvfio.Vfio;
import io.jvfio.interrupt.InterruptOptions;
import io.jvfio.interrupt.Interrupts;
import io.jvfio.mmio.Mmio;
import io.jvfio.pci.PciDevice;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Interrupts by callback: an edu device interrupts when a factorial is ready. Run it with
 *
 * <pre>{@code
 * ./jvfio --version
 * java --enable-native-access=io.jvfio.core --module-path cli/target/lib \
 *     --module io.jvfio.examples/io.jvfio.examples.EduInterrupts model:edu
 * }</pre>
 *
 * The first command builds what is not built.
 */
public final class EduInterrupts {
    private EduInterrupts() {}

    /**
     * Runs the example.
     *
     * @param args the device, {@code 0000:00:04.0} for example, or {@code model:edu} on a machine without one
     * @throws InterruptedException if the thread is interrupted in the wait
     */
    public static void main(String[] args) throws InterruptedException {
        try (PciDevice edu = Vfio.open(Usage.edu(args, EduInterrupts.class))) {
            Mmio regs = edu.bar(0).mmio();
            CountDownLatch ready = new CountDownLatch(1);
            InterruptOptions options = InterruptOptions.defaults().withHandler((vector, count) -> {
                regs.write(Edu.IRQ_ACKNOWLEDGE, regs.read(Edu.IRQ_STATUS));
                ready.countDown();
            });
            edu.enableBusMaster();
            try (Interrupts msi = edu.interrupts().enable(MSI, 1, options)) {
                regs.modify(Edu.STATUS, Edu.FACTORIAL_IRQ, 1);
                regs.write(Edu.FACTORIAL, 10);
                boolean interrupted = ready.await(5, TimeUnit.SECONDS);
                IO.println(interrupted ? msi.type() + " came: 10! = " + regs.read(Edu.FACTORIAL) : "no interrupt came");
            }
        }
    }
}
