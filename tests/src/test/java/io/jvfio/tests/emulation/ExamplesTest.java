// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.emulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.examples.EduDma;
import io.jvfio.examples.EduInterrupts;
import io.jvfio.examples.EduRegisters;
import io.jvfio.testkit.LeakCheck;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** The programs that the guides quote run on any machine, on the model of edu. */
final class ExamplesTest {
    private static final String[] EDU = {"model:edu"};

    @FunctionalInterface
    private interface Program {
        void run() throws InterruptedException;
    }

    private static String printed(Program program) throws InterruptedException {
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
    void registers() throws InterruptedException {
        assertThat(printed(() -> EduRegisters.main(EDU))).contains("edu 1.0", "0xedcba987", "10! = 3628800");
    }

    @Test
    void dma() throws InterruptedException {
        assertThat(printed(() -> EduDma.main(EDU))).contains("through the device and back");
    }

    @Test
    void interrupts() throws InterruptedException {
        assertThat(printed(() -> EduInterrupts.main(EDU))).contains("MSI came: 10! = 3628800");
    }
}
