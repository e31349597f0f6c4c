// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.vfiouser;

import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.DeviceLocator;
import io.jvfio.cli.Jvfio;
import io.jvfio.tests.lab.LabJvm;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A device that {@code jvfio serve} or {@code jvfio export} serves, in a process of its own, for the tests of a class. At the
 * end the command is told to end, and has to remove its socket.
 *
 * <p>Threads: one test at a time.
 */
public final class ServedProcess implements BeforeAllCallback, AfterAllCallback {
    private static final int PATIENCE_SECONDS = 60;

    private final List<String> command;
    private Path folder;
    private Process process;
    private BufferedReader output;

    /** What the command line says, without the socket. */
    public ServedProcess(String... command) {
        this.command = List.of(command);
    }

    @Override
    public void beforeAll(ExtensionContext test) throws IOException {
        folder = Files.createTempDirectory("jvfio-served");
        List<String> arguments = new ArrayList<>(command);
        arguments.addAll(List.of("--socket", socket().toString()));
        process = new ProcessBuilder(LabJvm.command(Jvfio.class, List.of(), arguments))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        output = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        String line = output.readLine();
        while (line != null && !line.contains("is served")) {
            line = output.readLine();
        }
        assertThat(line).as("what the command says when it listens").isNotNull();
    }

    @Override
    public void afterAll(ExtensionContext test) throws Exception {
        process.destroy();
        assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
        output.close();
        assertThat(socket()).doesNotExist();
        Files.delete(folder);
    }

    private Path socket() {
        return folder.resolve("s");
    }

    /** What a client opens. */
    public DeviceLocator locator() {
        return DeviceLocator.parse("vfio-user:" + socket());
    }
}
