// SPDX-License-Identifier: Apache-2.0
package io.jvfio.pci;

import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.iommu.DmaFaultProbe;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs {@link FaultProbe} and {@link DmaFaultProbe} in each way in which HotSpot executes code. */
class FaultTest {

    @ParameterizedTest
    @ValueSource(strings = {"-Xint", "-XX:TieredStopAtLevel=1", "-XX:-TieredCompilation", "-XX:+TieredCompilation"})
    @Timeout(300)
    void every_fault_of_mapped_registers_is_explained_by_the_guard_and_the_jvm_lives(String mode)
            throws IOException, InterruptedException, URISyntaxException {
        assertSurvives(mode, FaultProbe.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"-Xint", "-XX:TieredStopAtLevel=1", "-XX:-TieredCompilation", "-XX:+TieredCompilation"})
    @Timeout(300)
    void every_fault_of_memory_that_a_device_reaches_is_that_transfer_s_and_lets_go_of_the_memory(String mode)
            throws IOException, InterruptedException, URISyntaxException {
        assertSurvives(mode, DmaFaultProbe.class);
    }

    private static void assertSurvives(String mode, Class<?> probe)
            throws IOException, InterruptedException, URISyntaxException {
        Process jvm = new ProcessBuilder(command(mode, probe))
                .redirectErrorStream(true)
                .start();
        try {
            String output = new String(jvm.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(jvm.waitFor(10, TimeUnit.SECONDS)).isTrue();
            assertThat(output).endsWith("survived\n");
            assertThat(jvm.exitValue()).isZero();
        } finally {
            jvm.destroyForcibly();
        }
    }

    private static List<String> command(String mode, Class<?> probe) throws URISyntaxException {
        String module = PciDevice.class.getModule().getName();
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add(mode);
        command.add("-Xmx64m");
        command.add("-XX:ErrorFile=target/hs_err_pid%p.log"); // the test expects no crash, but is there to find one
        command.add("--enable-native-access=" + module);
        command.add("--illegal-native-access=deny");
        command.add("--module-path=" + rootOf(PciDevice.class));
        command.add("--patch-module=" + module + "=" + rootOf(probe));
        command.add("--add-modules=jdk.management");
        command.add("--module=" + module + "/" + probe.getName());
        return command;
    }

    /** The folder or JAR that a class was loaded from; code source would name the module's for its patches too. */
    private static Path rootOf(Class<?> type) throws URISyntaxException {
        String file = type.getName().replace('.', '/') + ".class";
        URI place = type.getResource("/" + file).toURI();
        if (place.getScheme().equals("jar")) {
            String inside = place.getSchemeSpecificPart();
            return Path.of(URI.create(inside.substring(0, inside.indexOf("!/"))));
        }
        Path root = Path.of(place);
        for (int level = 0; level < file.split("/", -1).length; level++) {
            root = root.getParent();
        }
        return root;
    }
}
