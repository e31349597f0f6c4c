// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.cli.Jvfio;
import io.jvfio.tests.lab.LabDevices;
import io.jvfio.tests.lab.LabJvm;
import io.jvfio.tests.lab.LabParts;
import java.io.BufferedReader;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The command as a process of its own that is told to end. */
@Tag(LabParts.NEEDS_EDU)
final class CtrlCKernelIT {

    @Test
    void ctrl_c_ends_the_wait_and_closes_the_device() throws Exception {
        signalEndsTheWait("INT", 130);
    }

    @Test
    @Tag("long")
    void a_request_to_terminate_ends_the_wait_and_closes_the_device() throws Exception {
        signalEndsTheWait("TERM", 143);
    }

    private static void signalEndsTheWait(String signal, int code) throws Exception {
        Process irq = start("irq", LabDevices.EDU, "--type", "msi", "--wait", "100000");
        try (BufferedReader out = irq.inputReader()) {
            assertThat(out.readLine()).startsWith("MSI: 1 vector enabled");

            signal(irq, signal);

            assertThat(out.readLine()).isEqualTo("0 interrupts");
            assertThat(irq.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(irq.exitValue()).isEqualTo(code);
        } finally {
            irq.destroyForcibly();
        }
        assertThat(Command.run("read", LabDevices.EDU, "bar0", "0")).isEqualTo(new Command(0, "0x010000ed", ""));
    }

    private static Process start(String... args) throws IOException {
        return new ProcessBuilder(LabJvm.command(Jvfio.class, List.of(), List.of(args)))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    private static void signal(Process process, String name) throws Exception {
        Process kill = new ProcessBuilder("bash", "-c", "kill -" + name + " " + process.pid())
                .inheritIO()
                .start();
        assertThat(kill.waitFor()).isZero();
    }
}
