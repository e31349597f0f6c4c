// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.DeviceLocator;
import io.jvfio.Vfio;
import io.jvfio.carrier.PassServer;
import io.jvfio.cli.Jvfio;
import io.jvfio.pci.PciDevice;
import io.jvfio.testkit.LeakCheck;
import io.jvfio.tests.lab.LabDevices;
import io.jvfio.tests.lab.LabJvm;
import io.jvfio.tests.lab.LabParts;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A program without rights drives a device that another opened for it. */
@Tag("mode-iommufd")
@Tag(LabParts.NEEDS_EDU)
final class PassServerKernelIT {
    private static final String NOBODY = "65534";

    private Path folder;

    @BeforeEach
    void makeFolder() throws IOException {
        folder = Files.createTempDirectory("pass");
        assertThat(folder.toFile().setExecutable(true, false)).isTrue();
    }

    @AfterEach
    void removeFolder() throws IOException {
        Files.delete(folder);
    }

    @Test
    void a_device_is_passed_again_and_again() throws Exception {
        LeakCheck leaks = LeakCheck.start();
        try (Vfio vfio = Vfio.create();
                PassServer server = vfio.pass(DeviceLocator.parse(LabDevices.EDU), socket(), null)) {
            for (int round = 0; round < 2; round++) {
                CompletableFuture<Void> serving = CompletableFuture.runAsync(server::serve);
                try (PciDevice edu = Vfio.open("passed:" + socket())) {
                    serving.get(1, TimeUnit.MINUTES);
                    assertThat(edu.config().vendorId()).isEqualTo(0x1234);
                    assertThat(edu.dma().allocate(4096).iova()).isNotNegative();
                }
            }
        }
        leaks.assertNothingLeaked();
    }

    @Test
    void an_ordinary_user_runs_a_driver_on_a_device_that_belongs_to_root() throws Exception {
        try (Vfio vfio = Vfio.create();
                PassServer server = vfio.pass(DeviceLocator.parse(LabDevices.EDU), socket(), NOBODY)) {
            CompletableFuture<Void> serving = CompletableFuture.runAsync(server::serve);
            Process demo = asNobody("demo", "passed:" + socket());
            String output = new String(demo.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(demo.waitFor()).as(output).isZero();
            assertThat(output).contains("DMA");
            serving.get(1, TimeUnit.MINUTES);
        }
    }

    private Path socket() {
        return folder.resolve("socket");
    }

    private static Process asNobody(String... args) throws IOException {
        List<String> command =
                new ArrayList<>(List.of("setpriv", "--reuid=" + NOBODY, "--regid=" + NOBODY, "--clear-groups"));
        command.addAll(LabJvm.command(Jvfio.class, List.of(), List.of(args)));
        return new ProcessBuilder(command)
                .directory(Path.of("/").toFile())
                .redirectErrorStream(true)
                .start();
    }
}
