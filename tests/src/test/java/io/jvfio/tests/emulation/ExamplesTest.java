// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.emulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.examples.EduDma;
import io.jvfio.examples.EduInterrupts;
import io.jvfio.examples.EduRegisters;
import io.jvfio.examples.NvmeBlocks;
import io.jvfio.testkit.LeakCheck;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The programs that the guides quote run on any machine, on the model of edu. */
final class ExamplesTest {
    private static final String[] EDU = {"model:edu"};

    @FunctionalInterface
    private interface Program {
        void run() throws Exception;
    }

    private static String printed(Program program) throws Exception {
        LeakCheck leaks = LeakCheck.start();
        PrintStream before = System.out;
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        System.setOut(new PrintStream(bytes, true, StandardCharsets.UTF_8));
        try {
            program.run();
        } finally {
            System.setOut(before);
        }
        leaks.assertNothingLeaked();
        return bytes.toString(StandardCharsets.UTF_8);
    }

    @Test
    void registers() throws Exception {
        assertThat(printed(() -> EduRegisters.main(EDU))).contains("edu 1.0", "0xedcba987", "10! = 3628800");
    }

    @Test
    void dma() throws Exception {
        assertThat(printed(() -> EduDma.main(EDU))).contains("through the device and back");
    }

    @Test
    void interrupts() throws Exception {
        assertThat(printed(() -> EduInterrupts.main(EDU))).contains("MSI came: 10! = 3628800");
    }

    @Test
    void blocks() throws Exception {
        String printed = printed(() -> NvmeBlocks.main(new String[] {"model:nvme?size=1MiB&namespaces=2", "write"}));

        assertThat(printed)
                .contains("namespace 2: 2048 blocks of 512 bytes", "SMART event", "256 blocks read")
                .contains("256 pages read by one call", "2000 bytes read through")
                .contains("block 2047 holds: the last block");
    }

    @Test
    void nothing_is_written_unless_asked_for() throws Exception {
        assertThat(printed(() -> NvmeBlocks.main(new String[] {"model:nvme?size=1MiB"})))
                .contains("256 blocks read")
                .doesNotContain("holds");
    }

    @ParameterizedTest
    @ValueSource(classes = {EduRegisters.class, EduDma.class, EduInterrupts.class, NvmeBlocks.class})
    void without_a_device_it_says_how_it_is_started(Class<?> program) throws IOException, InterruptedException {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        Process process = new ProcessBuilder(
                        java, "--class-path", System.getProperty("java.class.path"), program.getName())
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(process.waitFor()).isEqualTo(2);
        assertThat(said.lines())
                .singleElement()
                .asString()
                .startsWith("usage: " + program.getSimpleName() + " DEVICE")
                .contains("model:");
    }
}
