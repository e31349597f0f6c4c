// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The terms on which the tests tagged {@code unprivileged} run: without them those would prove nothing. */
@Tag("unprivileged")
@Tag("quick")
final class OrdinaryUserKernelIT {

    private static final String EIGHT_MEBIBYTES = "8388608";

    @Test
    void the_process_has_no_capability_and_cannot_gain_one() throws IOException {
        assertThat(Files.readAllLines(Path.of("/proc/self/status")))
                .contains("CapEff:\t0000000000000000", "CapPrm:\t0000000000000000", "NoNewPrivs:\t1")
                .anySatisfy(line -> assertThat(line).startsWith("Uid:\t65534\t65534"));
    }

    @Test
    void no_more_than_8_MiB_may_be_locked() throws IOException {
        assertThat(Files.readAllLines(Path.of("/proc/self/limits")))
                .anySatisfy(line -> assertThat(line.split("\\s{2,}"))
                        .startsWith("Max locked memory", EIGHT_MEBIBYTES, EIGHT_MEBIBYTES));
    }

    @Test
    @Tag(LabParts.NEEDS_EDU)
    void the_nodes_of_edu_are_the_users_and_those_of_pci_testdev_are_not() throws IOException {
        assertThat(nodes(LabDevices.EDU)).hasSize(2).allMatch(Files::isReadable).allMatch(Files::isWritable);
        assertThat(nodes(LabDevices.PCI_TESTDEV)).hasSize(2).noneMatch(Files::isReadable);
        assertThat(Path.of("/dev/iommu")).isReadable().isWritable();
    }

    /** The nodes of the function's group and of the function itself. */
    private static Stream<Path> nodes(String address) throws IOException {
        Path function = Path.of("/sys/bus/pci/devices", address);
        Path group = function.resolve("iommu_group").toRealPath().getFileName();
        try (Stream<Path> device = Files.list(function.resolve("vfio-dev"))) {
            Path node = device.findFirst().orElseThrow().getFileName();
            return Stream.of(
                    Path.of("/dev/vfio").resolve(group),
                    Path.of("/dev/vfio/devices").resolve(node));
        }
    }
}
