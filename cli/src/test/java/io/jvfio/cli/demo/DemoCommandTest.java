// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.Vfio;
import io.jvfio.cli.Run;
import io.jvfio.cli.command.CommandFailure;
import io.jvfio.cli.command.ExitCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DemoCommandTest {
    @TempDir
    private Path root;

    private Run run;

    @BeforeEach
    void open_devices_truly() {
        run = new Run(root);
        run.opener = Vfio::open;
    }

    @Test
    void without_a_device_a_model_is_driven_through_a_socket() {
        assertThat(run.execute("demo")).as(run.err).isZero();

        assertThat(run.out
                        .lines()
                        .map(line ->
                                line.substring(0, Math.min(17, line.length())).strip()))
                .startsWith(
                        "driving a model,", " 1  serve".strip(), "2  open", "3  identify", "4  map BAR 0", "5  start")
                .endsWith("8  write", "9  read", "10  flush", "11  latency", "12  stop");
        assertThat(run.out)
                .contains("vfio-user:")
                .contains("64 MiB written")
                .contains("64 MiB read back, every byte as it was written");
        assertThat(run.err).isEmpty();
    }

    @Test
    void the_socket_is_removed_at_the_end() {
        run.opener = (locator, options) -> {
            Path socket = Path.of(locator.substring("vfio-user:".length()));
            assertThat(socket).exists();
            assertThat(socket.getParent()).isDirectory();
            try {
                assertThat(Files.getPosixFilePermissions(socket.getParent())).hasSize(3);
                Files.writeString(root.resolve("socket"), socket.toString());
            } catch (IOException e) {
                throw new AssertionError(e);
            }
            throw new CommandFailure("enough seen");
        };

        assertThat(run.execute("demo")).isEqualTo(ExitCode.FAILED);

        assertThat(root.resolve("socket"))
                .isRegularFile()
                .satisfies(file ->
                        assertThat(Path.of(Files.readString(file)).getParent()).doesNotExist());
    }

    @Test
    void a_controller_that_is_named_is_only_read() throws Exception {
        Path image = image();
        byte[] before = Files.readAllBytes(image);

        assertThat(run.execute("demo", "model:nvme?file=" + image)).as(run.err).isZero();

        assertThat(run.out).contains("8 MiB read,").doesNotContain("write", "flush");
        assertThat(Files.readAllBytes(image)).isEqualTo(before);
    }

    @Test
    void what_is_written_is_put_back() throws Exception {
        Path image = image();
        byte[] before = Files.readAllBytes(image);

        assertThat(run.execute("demo", "model:nvme?file=" + image, "--write"))
                .as(run.err)
                .isZero();

        assertThat(run.out).contains("8 MiB written").contains("8 MiB put back");
        assertThat(Files.readAllBytes(image)).isEqualTo(before);
    }

    @Test
    void writing_takes_a_device_that_is_named() {
        assertThat(run.execute("demo", "--write")).isEqualTo(ExitCode.USAGE);
        assertThat(run.err).contains("--write is for a device that you name");
    }

    @Test
    void a_model_of_edu_is_driven_by_the_example() {
        assertThat(run.execute("demo", "model:edu", "--json")).as(run.err).isZero();

        assertThat(run.json().get("device")).isEqualTo("model:edu");
        List<String> names = ((List<?>) run.json().get("steps"))
                .stream()
                        .map(step -> String.valueOf(((Map<?, ?>) step).get("name")))
                        .toList();
        assertThat(names).contains("factorial", "DMA write", "stop");
    }

    /** 8 MiB that are not all zeroes. */
    private Path image() throws IOException {
        byte[] content = new byte[8 << 20];
        for (int i = 0; i < content.length; i++) {
            content[i] = (byte) (i * 31 + (i >>> 9));
        }
        return Files.write(root.resolve("image"), content);
    }
}
