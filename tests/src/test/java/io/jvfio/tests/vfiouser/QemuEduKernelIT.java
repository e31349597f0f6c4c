// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.vfiouser;

import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.Vfio;
import io.jvfio.examples.Edu;
import io.jvfio.examples.EduDriver;
import io.jvfio.interrupt.InterruptType;
import io.jvfio.pci.PciDevice;
import io.jvfio.tests.lab.LabDrivers;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The model edu behind QEMU's vfio-user device, as a guest's Linux sees it and as a driver in the guest drives it. */
@Tag("qemu-client")
final class QemuEduKernelIT {
    private static final String ADDRESS = "0000:00:04.0";
    private static final Path FUNCTION = Path.of("/sys/bus/pci/devices", ADDRESS);

    @Test
    void linux_reads_its_config_space() throws IOException {
        ByteBuffer config =
                ByteBuffer.wrap(Files.readAllBytes(FUNCTION.resolve("config"))).order(ByteOrder.LITTLE_ENDIAN);
        assertThat(config.capacity()).isGreaterThanOrEqualTo(256);
        assertThat(config.getShort(0) & 0xffff).isEqualTo(Edu.VENDOR_ID);
        assertThat(config.getShort(2) & 0xffff).isEqualTo(Edu.DEVICE_ID);
        assertThat(Files.readString(FUNCTION.resolve("class")).strip()).isEqualTo("0x00ff00");
        assertThat(Files.readString(FUNCTION.resolve("resource")).lines().findFirst())
                .hasValueSatisfying(bar -> {
                    String[] range = bar.split(" ", -1);
                    assertThat(Long.decode(range[1]) - Long.decode(range[0])).isEqualTo(0xfffff);
                });
    }

    @Test
    void lspci_decodes_its_capabilities() throws Exception {
        assertThat(Shell.run("lspci", "-vvv", "-s", ADDRESS))
                .contains("Region 0: Memory at")
                .containsPattern("MSI: Enable- Count=1/1 Maskable. 64bit\\+");
    }

    @Test
    void a_driver_in_the_guest_gets_its_MSI_and_moves_bytes_by_DMA() throws Exception {
        Shell.run("modprobe", "vfio-pci");
        LabDrivers.bind(ADDRESS, "vfio-pci");
        try (PciDevice device = Vfio.open(ADDRESS);
                EduDriver edu = EduDriver.open(device, InterruptType.MSI);
                Arena arena = Arena.ofConfined()) {
            assertThat(edu.isAlive(0x1234_5678)).isTrue();
            assertThat(edu.factorial(10)).isEqualTo(3_628_800);
            for (int cause = 1; cause <= 20; cause++) {
                assertThat(edu.raiseInterrupt(cause)).isLessThan(Duration.ofSeconds(5));
            }
            byte[] bytes = new byte[Edu.INTERNAL_BUFFER_SIZE];
            new Random(7).nextBytes(bytes);
            MemorySegment back = arena.allocate(bytes.length);
            edu.store(arena.allocateFrom(ValueLayout.JAVA_BYTE, bytes));
            edu.load(back);
            assertThat(back.toArray(ValueLayout.JAVA_BYTE)).isEqualTo(bytes);
        }
    }
}
