// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.vfiouser;

import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.tests.lab.LabDrivers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The model mlx5 behind QEMU's vfio-user device, judged by Linux's driver and by rdma-core. */
@Tag("qemu-client")
@Tag("mode-mlx5")
final class QemuMlx5KernelIT {
    private static final String ADDRESS = "0000:00:07.0";
    private static final Path FUNCTION = Path.of("/sys/bus/pci/devices", ADDRESS);

    /** Boards have such a capability; the driver does without. */
    private static final String NO_VENDOR_CAPABILITY = "Failed to get valid vendor specific ID";

    /** How many lines the kernel had said before the test. */
    private int said;

    @BeforeEach
    void lookAtTheLog() throws Exception {
        said = log().size();
    }

    private static List<String> log() throws Exception {
        return Shell.run("/run/lab/busybox", "dmesg").lines().toList();
    }

    /** What the kernel has said of the function since the test began. */
    private List<String> said() throws Exception {
        return log().stream()
                .skip(said)
                .filter(line -> line.contains(ADDRESS) && !line.contains(NO_VENDOR_CAPABILITY))
                .toList();
    }

    private static void assertNoComplaint(List<String> lines) {
        assertThat(lines).noneMatch(line -> line.matches("(?i).*(fail|error|timeout|time-out|leak|did not|warn).*"));
    }

    /** All interrupts of the function. */
    private static long interrupts() throws IOException {
        try (var lines = Files.lines(Path.of("/proc/interrupts"))) {
            return lines.filter(line -> line.contains("mlx5") && line.contains(ADDRESS))
                    .flatMap(line -> List.of(line.strip().split("\\s+", -1)).stream()
                            .skip(1)
                            .takeWhile(word -> word.matches("\\d+")))
                    .mapToLong(Long::parseLong)
                    .sum();
        }
    }

    /** The function refuses to be disabled while it owns a page, and the driver then complains. */
    @Test
    void the_kernels_driver_brings_it_up_takes_events_by_interrupt_and_has_all_pages_back_in_the_end()
            throws Exception {
        Shell.run("modprobe", "mlx5_core");
        for (int round = 0; round < 2; round++) {
            LabDrivers.letKernelBind(ADDRESS, "mlx5_core");
            assertThat(said()).anyMatch(line -> line.contains("firmware version: 22.41.1000"));
            assertThat(interrupts()).isPositive();
            Files.writeString(FUNCTION.resolve("driver/unbind"), ADDRESS);
            assertThat(LabDrivers.driver(ADDRESS)).isEmpty();
        }
        assertNoComplaint(said());
    }

    @Test
    void the_provider_of_rdma_core_opens_it_makes_objects_and_closes_it() throws Exception {
        Shell.run("modprobe", "vfio-pci");
        LabDrivers.bind(ADDRESS, "vfio-pci");
        for (int round = 0; round < 2; round++) {
            assertThat(Shell.run("mlx5-open", ADDRESS).lines())
                    .containsExactly(
                            "list",
                            "open",
                            "events",
                            "health",
                            "PD",
                            "MR",
                            "UMEM",
                            "EQ",
                            "health again",
                            "no UMEM",
                            "no MR",
                            "no PD",
                            "closed");
        }
        assertNoComplaint(said());
    }
}
