// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.cli.Jvfio;
import io.jvfio.tests.lab.LabJvm;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A command whose results nobody can have has failed. */
@Timeout(120)
class StandardOutputTest {
    @Test
    void results_that_cannot_be_written_are_a_failure() throws IOException, InterruptedException {
        Process process = new ProcessBuilder(LabJvm.command(Jvfio.class, List.of(), List.of("--version")))
                .redirectOutput(new File("/dev/full"))
                .start();
        String told = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isEqualTo(1);
        assertThat(told).contains("jvfio: write failed: ENOSPC (28): standard output");
    }
}
