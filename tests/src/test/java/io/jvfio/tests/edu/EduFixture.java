// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.edu;

import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.examples.Edu;
import io.jvfio.mmio.Mmio;
import io.jvfio.pci.PciDevice;
import io.jvfio.tests.lab.LabSession;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** An edu device, opened anew for each test. */
abstract class EduFixture {
    static final Duration PATIENCE = Duration.ofSeconds(30);

    /** Long enough for an interrupt that comes, as one that does not come costs this much. */
    static final Duration NO_INTERRUPT = Duration.ofMillis(50);

    static final int ALL_CAUSES = -1;

    LabSession lab;
    PciDevice edu;
    Mmio registers;

    /** Opens the device, closed with the session. */
    abstract PciDevice open(LabSession session);

    @BeforeEach
    void open() {
        lab = new LabSession();
        edu = open(lab);
        registers = edu.bar(0).mmio();
        // It has no reset, so it is as the last test left it.
        registers.write(Edu.STATUS, 0);
        acknowledge(ALL_CAUSES);
        assertThat(registers.awaitField(Edu.DMA_COMMAND, Edu.RUNNING, 0, PATIENCE))
                .isTrue();
    }

    @AfterEach
    void close() {
        lab.close();
    }

    /** Makes the device interrupt with a cause. */
    void raise(int cause) {
        edu.guard(() -> registers.write(Edu.IRQ_RAISE, cause));
    }

    /** Takes causes away; when all are gone, the pin goes down. */
    void acknowledge(int causes) {
        edu.guard(() -> registers.write(Edu.IRQ_ACKNOWLEDGE, causes));
    }

    int causes() {
        return edu.guard(() -> registers.read(Edu.IRQ_STATUS));
    }

    /** Moves bytes by the device's own DMA, and polls until it has. */
    void transfer(long from, long to, long count, long direction) {
        edu.guard(() -> {
            registers.write(Edu.DMA_SOURCE, from);
            registers.write(Edu.DMA_DESTINATION, to);
            registers.write(Edu.DMA_COUNT, count);
            registers.write(Edu.DMA_COMMAND, Edu.START | direction);
        });
        assertThat(registers.awaitField(Edu.DMA_COMMAND, Edu.RUNNING, 0, PATIENCE))
                .as("the transfer ended")
                .isTrue();
    }
}
