// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli.serve;

import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.Vfio;
import io.jvfio.cli.ParsedJson;
import io.jvfio.cli.Run;
import io.jvfio.cli.command.ExitCode;
import io.jvfio.emulation.EmulatedDevice;
import io.jvfio.emulation.EmulationOptions;
import io.jvfio.pci.PciDevice;
import io.jvfio.vfiouser.server.ServerListener;
import io.jvfio.vfiouser.server.ServerOptions;
import io.jvfio.vfiouser.server.VfioUserServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The commands that serve a device. */
@Timeout(60)
class ServeCommandTest {
    @TempDir
    Path folder;

    private Run run(String... args) {
        Run run = new Run(folder);
        run.code = run.execute(args);
        return run;
    }

    @Test
    void a_model_is_served_to_one_client_and_each_event_is_a_line() {
        Path socket = folder.resolve("s");
        CompletableFuture<Run> served = CompletableFuture.supplyAsync(
                () -> run("serve", "edu", "--socket", socket.toString(), "--once", "--json"));
        drive(socket);
        Run run = served.join();
        assertThat(run.code).isZero();
        List<Map<?, ?>> events =
                run.out.lines().<Map<?, ?>>map(ParsedJson::object).toList();
        assertThat(events.stream().map(event -> String.valueOf(event.get("event"))))
                .containsExactly("listening", "arrived", "lost");
        assertThat(events.getFirst().get("device")).isEqualTo("model:edu");
        assertThat(events.getLast().get("reason")).isEqualTo("it closed the connection");
        assertThat(socket).doesNotExist();
    }

    @Test
    void what_a_model_does_not_implement_is_reported() throws Exception {
        Path socket = folder.resolve("s");
        Path report = folder.resolve("report");
        CompletableFuture<Run> served = CompletableFuture.supplyAsync(() ->
                run("serve", "edu", "--socket", socket.toString(), "--once", "--json", "--report", report.toString()));
        await(socket);
        try (PciDevice edu = Vfio.open("vfio-user:" + socket)) {
            edu.enableMemory();
            edu.bar(0).mmio().read32(0x3c);
            edu.config().read16(0xe0);
            long end = System.nanoTime() + Duration.ofMillis(1300).toNanos();
            while (System.nanoTime() < end) {
                edu.bar(0).mmio().read32(0x20);
                LockSupport.parkNanos(1_000_000);
            }
            while (!Files.readString(report).contains("STATUS")) { // told while the client is still there
                LockSupport.parkNanos(10_000_000);
            }
        }
        Run run = served.join();
        assertThat(run.code).isZero();
        assertThat(run.out).contains("\"event\":\"spinning\"", "a client spun on STATUS, 0x20 of BAR 0");
        Map<?, ?> found = ParsedJson.object(Files.readString(report));
        assertThat(found.get("device")).isEqualTo("model:edu");
        assertThat((List<?>) found.get("missing")).first().satisfies(each -> {
            Map<?, ?> access = (Map<?, ?>) each;
            assertThat(access.get("offset")).isEqualTo("0x3c");
            assertThat(access.get("access")).isEqualTo("read");
            assertThat(access.get("register")).isNull();
        });
        assertThat((List<?>) found.get("missing"))
                .extracting(each -> ((Map<?, ?>) each).get("region") + " " + ((Map<?, ?>) each).get("offset"))
                .containsExactly("0 0x3c", "7 0xe0");
        assertThat((List<?>) found.get("spins"))
                .singleElement()
                .satisfies(
                        each -> assertThat(((Map<?, ?>) each).get("register")).isEqualTo("STATUS"));
    }

    @Test
    void a_report_is_text_unless_json_is_asked_for() throws Exception {
        Path socket = folder.resolve("s");
        Path report = folder.resolve("report");
        CompletableFuture<Run> served = CompletableFuture.supplyAsync(
                () -> run("serve", "edu", "--socket", socket.toString(), "--once", "--report", report.toString()));
        drive(socket);
        assertThat(served.join().code).isZero();
        assertThat(report).hasContent("model:edu\n  nothing was missing\n");
    }

    @Test
    void any_device_is_exported() {
        Path socket = folder.resolve("s");
        CompletableFuture<Run> served = CompletableFuture.supplyAsync(
                () -> run("export", "model:edu", "--socket", socket.toString(), "--once", "--trust-client"));
        drive(socket);
        assertThat(served.join().out.lines().findFirst()).hasValue("model:edu is served at " + socket);
    }

    @Test
    void an_export_of_a_device_whose_server_has_ended_ends_with_one_line() {
        Path below = folder.resolve("below");
        Path socket = folder.resolve("s");
        VfioUserServer lower = VfioUserServer.listen(
                () -> EmulatedDevice.open("edu", EmulationOptions.defaults()),
                below,
                ServerOptions.defaults(),
                ServerListener.NONE);
        CompletableFuture<Run> export =
                CompletableFuture.supplyAsync(() -> run("export", "vfio-user:" + below, "--socket", socket.toString()));
        drive(socket);
        lower.close();
        Run run = export.join();
        assertThat(run.code).isEqualTo(ExitCode.FAILED);
        assertThat(run.err.lines())
                .singleElement()
                .satisfies(line -> assertThat(line)
                        .startsWith("jvfio: vfio-user:" + below + " is not served any more: the device is gone")
                        .contains("cannot be opened anew"));
        assertThat(socket).doesNotExist();
    }

    private static void await(Path socket) {
        long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (!Files.exists(socket)) {
            assertThat(System.nanoTime() - end).isNegative();
            LockSupport.parkNanos(1_000_000);
        }
    }

    private static void drive(Path socket) {
        await(socket);
        try (PciDevice edu = Vfio.open("vfio-user:" + socket)) {
            assertThat(edu.config().vendorId()).isEqualTo(0x1234);
        }
    }

    @Test
    void a_command_line_that_makes_no_sense_is_refused() {
        assertThat(run("serve", "edu").code).isEqualTo(ExitCode.USAGE);
        assertThat(run("serve").code).isEqualTo(ExitCode.USAGE);
        Run way = run("serve", "edu", "--socket", "x", "--unsealed-memory", "hope");
        assertThat(way.code).isEqualTo(ExitCode.USAGE);
        assertThat(way.err).contains("messages, map, refuse");
        Run model = run("serve", "nosuch", "--socket", folder.resolve("s").toString());
        assertThat(model.code).isEqualTo(ExitCode.FAILED);
        assertThat(model.err).contains("there is no model \"nosuch\"").doesNotContain("\n\t");
    }

    @Test
    void a_file_in_the_way_is_told() throws Exception {
        Path file = Files.writeString(folder.resolve("file"), "mine");
        Run run = run("serve", "edu", "--socket", file.toString());
        assertThat(run.code).isEqualTo(ExitCode.FAILED);
        assertThat(run.err).contains("EADDRINUSE").contains(file.toString());
        assertThat(file).hasContent("mine");
    }
}
