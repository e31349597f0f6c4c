// SPDX-License-Identifier: Apache-2.0
package io.jvfio.examples;

import io.jvfio.Hex;
import io.jvfio.Vfio;
import io.jvfio.mmio.Mmio;
import io.jvfio.pci.PciDevice;
import java.time.Duration;

/**
 * Registers: opens an edu device, asks what it is, and lets it compute. Run it with
 *
 * <pre>{@code
 * ./jvfio --version
 * java --enable-native-access=io.jvfio.core --module-path cli/target/lib \
 *     --module io.jvfio.examples/io.jvfio.examples.EduRegisters model:edu
 * }</pre>
 *
 * The first command builds what is not built.
 */
public final class EduRegisters {
    private EduRegisters() {}

    /**
     * Runs the example.
     *
     * @param args the device, {@code 0000:00:04.0} for example, or {@code model:edu} on a machine without one
     */
    public static void main(String[] args) {
        try (PciDevice edu = Vfio.open(Usage.edu(args, EduRegisters.class))) {
            Mmio regs = edu.bar(0).mmio();

            int id = regs.read(Edu.IDENTIFICATION);
            IO.println("edu " + Edu.MAJOR.of(id) + "." + Edu.MINOR.of(id));

            regs.write(Edu.LIVENESS, 0x12345678);
            IO.println("inverted: " + Hex.of(regs.read(Edu.LIVENESS)));

            regs.write(Edu.FACTORIAL, 10);
            if (regs.awaitField(Edu.STATUS, Edu.COMPUTING, 0, Duration.ofSeconds(1))) {
                IO.println("10! = " + regs.read(Edu.FACTORIAL));
            }
        }
    }
}
