// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.bind;

import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.PciAddress;
import io.jvfio.binding.HaltingBind;
import io.jvfio.cli.Jvfio;
import io.jvfio.tests.lab.LabDevices;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A process that ends in the middle of a change, at each of its steps, and what recover makes of it. */
final class RecoverKernelIT {
    private static final int MOST_EFFECTS = 30;

    /** Ends a change after so many effects; whether it came through before. */
    private interface Attempt {
        boolean comesThrough(String change, int effects) throws Exception;
    }

    @Test
    void a_change_that_breaks_off_after_any_step_is_taken_back() throws Exception {
        bindAndRelease((change, effects) -> HaltingBind.throwing(change, PciAddress.parse(LabDevices.NVME), effects));
    }

    /** The same with a process of its own each time, which is killed. */
    @Test
    @Tag("long")
    @Timeout(value = 15, unit = TimeUnit.MINUTES)
    void a_change_whose_process_is_killed_after_any_step_is_taken_back() throws Exception {
        bindAndRelease(RecoverKernelIT::inAProcess);
    }

    private static void bindAndRelease(Attempt attempt) throws Exception {
        try (HostDriver nvme = HostDriver.give("nvme", LabDevices.NVME)) {
            assertThat(untilItEnds("bind", attempt, nvme)).isGreaterThan(6);
            assertThat(nvme.state()).isEqualTo("vfio-pci vfio-pci");
            assertThat(untilItEnds("release", attempt, nvme)).isGreaterThan(6);
            assertThat(nvme.state()).isEqualTo("nvme (null)");
        }
        assertThat(Path.of("/run/jvfio/journal")).isEmptyDirectory();
    }

    /** Stops it after 1, 2, … effects until it comes through; how often it was stopped before it was done. */
    private static int untilItEnds(String change, Attempt attempt, HostDriver function) throws Exception {
        String before = function.state();
        for (int effects = 1; effects < MOST_EFFECTS; effects++) {
            if (attempt.comesThrough(change, effects)) {
                return effects - 1;
            }
            if (isFinished(change)) {
                return effects;
            }
            recover();
            assertThat(function.state())
                    .as("%s, stopped after %d effects", change, effects)
                    .isEqualTo(before);
        }
        throw new AssertionError(change + " never ends");
    }

    /** Whether the last effect was the one that ends the change: its journal is done, or gone. */
    private static boolean isFinished(String change) throws IOException {
        Path journal = Path.of("/run/jvfio/journal/pci-" + LabDevices.NVME);
        return change.equals("bind") ? Files.readString(journal).contains("state=DONE\n") : Files.notExists(journal);
    }

    private static boolean inAProcess(String change, int effects) throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("java.class.path"),
                        HaltingBind.class.getName(),
                        change,
                        LabDevices.NVME,
                        Integer.toString(effects))
                .inheritIO()
                .start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isIn(0, HaltingBind.HALTED);
        return process.exitValue() == 0;
    }

    private static void recover() {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int code = Jvfio.run(new PrintWriter(out), new PrintWriter(err), "recover");
        assertThat(code).as("%s", err).isZero();
        assertThat(out.toString()).startsWith(LabDevices.NVME + ": ");
    }
}
