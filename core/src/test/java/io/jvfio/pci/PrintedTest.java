// SPDX-License-Identifier: Apache-2.0
package io.jvfio.pci;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a user prints says what it is. */
class PrintedTest {
    private final PciFixture fixture = new PciFixture();

    @AfterEach
    void close() {
        fixture.close();
    }

    @Test
    void parts_of_a_device_name_it() {
        PciDevice device = fixture.open();
        assertThat(device.dma()).hasToString("DMA memory of " + device.name());
        assertThat(device.interrupts()).hasToString("interrupts of " + device.name());
        assertThat(device.config()).asString().contains(device.name());
    }
}
