// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.zpci;

import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.pci.PciDevice;
import io.jvfio.tests.lab.AccessMode;
import io.jvfio.tests.lab.LabDevices;
import io.jvfio.tests.lab.LabJvm;
import io.jvfio.tests.lab.LabParts;
import io.jvfio.tests.lab.LabSession;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * BARs are not memory on IBM Z, though the kernel lets them be mapped: a load ends the JVM, which nothing can catch. So no
 * window may ever be one there; and that a JVM's end is noticed is seen by making one.
 */
@Tag(LabParts.NEEDS_ZPCI)
@Tag("quick")
final class RawLoadKernelIT {
    private static final int ABORTED = 128 + 6;

    @Test
    void a_load_on_a_mapped_bar_is_an_illegal_instruction_and_ends_the_jvm() throws Exception {
        List<String> command =
                LabJvm.command(RawLoad.class, List.of("-XX:ErrorFile=/tmp/raw-load.log"), List.of(LabDevices.NVME));
        Process jvm = new ProcessBuilder(command)
                .directory(Path.of("/tmp").toFile())
                .redirectErrorStream(true)
                .start();
        jvm.getOutputStream().close();
        String told = new String(jvm.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(jvm.waitFor()).as(told).isEqualTo(ABORTED);
        assertThat(told).contains("mapped", "SIGILL (0x4)").doesNotContain("loaded");
    }

    @Test
    void registers_are_read_though_no_window_is_one_of_the_processor() {
        try (LabSession session = new LabSession()) {
            PciDevice nvme = session.open(AccessMode.IOMMUFD, LabDevices.NVME);
            assertThat(nvme.device().region(0).mmapAreas()).isEmpty();
            assertThat(nvme.bar(0).mmio().isMapped(0, 8)).isFalse();
            assertThat(nvme.bar(0).mmio().read64(0)).isNotIn(0L, -1L);
        }
    }
}
