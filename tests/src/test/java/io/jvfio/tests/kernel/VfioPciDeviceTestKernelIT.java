// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.device.RegionInfo;
import io.jvfio.interrupt.InterruptType;
import io.jvfio.interrupt.Interrupts;
import io.jvfio.mmio.Mmio;
import io.jvfio.pci.Bar;
import io.jvfio.pci.PciDevice;
import io.jvfio.tests.lab.AccessMode;
import io.jvfio.tests.lab.LabDevices;
import io.jvfio.tests.lab.LabParts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The cases of the kernel's {@code tools/testing/selftests/vfio/vfio_pci_device_test.c}, in every mode where the original
 * has one.
 */
@InEveryAccessMode
@Tag(LabParts.NEEDS_IGB)
final class VfioPciDeviceTestKernelIT extends KernelFixture {
    private static final int COMMAND = 4;
    private static final int MASTER = 1 << 2;
    private static final int MOST_VECTORS = 16;

    @Parameter
    AccessMode mode;

    @Test
    void config_space_read_write() throws IOException {
        PciDevice device = openPci(mode, LabDevices.IGB);
        assertThat(device.config().vendorId()).isEqualTo(sysfs("vendor"));
        assertThat(device.config().deviceId()).isEqualTo(sysfs("device"));
        int command = device.config().read16(COMMAND);
        assertThat(command & MASTER).isZero();
        device.config().write16(COMMAND, command | MASTER);
        assertThat(device.config().read16(COMMAND) & MASTER).isNotZero();
        device.config().write16(COMMAND, command & ~MASTER);
        assertThat(device.config().read16(COMMAND) & MASTER).isZero();
    }

    @Test
    void validate_bars() {
        PciDevice device = openPci(mode, LabDevices.IGB);
        assertThat(device.bars()).hasSizeGreaterThanOrEqualTo(3);
        for (Bar bar : device.bars()) {
            RegionInfo region = device.device().region(bar.index());
            Mmio registers = bar.mmio();
            assertThat(registers.size()).isEqualTo(region.size()).isPositive();
            region.mmapAreas()
                    .forEach(area -> assertThat(registers.isMapped(area.offset(), area.size()))
                            .isEqualTo(region.mmapAreas().size() == 1));
            assertThat(region.mmapAreas().isEmpty()).isEqualTo(bar.isIo());
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"MSI", "MSIX"})
    void enable_trigger_disable(InterruptType type) throws InterruptedException {
        PciDevice device = openPci(mode, LabDevices.IGB);
        int count = Math.min(device.interrupts().available(type), MOST_VECTORS);
        assertThat(count).isPositive();
        for (int round = 0; round < 2; round++) {
            try (Interrupts interrupts = device.interrupts().enable(type, count)) {
                for (int vector = 0; vector < count; vector++) {
                    interrupts.trigger(vector);
                    assertThat(interrupts.await(vector, Duration.ofSeconds(10))).isEqualTo(1);
                }
            }
        }
    }

    @Test
    void reset() {
        PciDevice device = openPci(mode, LabDevices.IGB);
        device.enableBusMaster();
        device.reset();
        assertThat(device.config().read16(COMMAND) & MASTER).isZero();
        assertThat(device.config().vendorId()).isEqualTo(0x8086);
    }

    private static int sysfs(String attribute) throws IOException {
        Path file = Path.of("/sys/bus/pci/devices", LabDevices.IGB, attribute);
        return Integer.decode(Files.readString(file).strip());
    }
}
