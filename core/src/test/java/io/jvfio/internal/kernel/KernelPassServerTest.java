// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jvfio.DeviceLocator;
import io.jvfio.Vfio;
import io.jvfio.VfioException;
import io.jvfio.host.FakeHost;
import io.jvfio.internal.sys.SystemCalls;
import io.jvfio.internal.sys.UnixSocket;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With a device that has no nodes; the kernel tests have real ones. */
final class KernelPassServerTest {
    @TempDir
    Path folder;

    @TempDir
    Path root;

    private FakeHost host;

    @BeforeEach
    void boot() {
        host = new FakeHost(root);
        host.function("0000:00:04.0", "1234:11E8", "1AF4:1100", "FF00");
    }

    @Test
    void only_the_owner_can_connect() throws IOException {
        try (KernelPassServer server = listen()) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket())))
                    .isEqualTo("rw-------");
            assertThat(server).isNotNull();
        }
        assertThat(files()).isZero();
    }

    @Test
    void a_program_is_told_why_it_gets_no_device_and_the_server_goes_on() throws Exception {
        try (KernelPassServer server = listen()) {
            for (int round = 0; round < 2; round++) {
                CompletableFuture<Void> serving = CompletableFuture.runAsync(server::serve);
                assertThatThrownBy(() -> Vfio.open("passed:" + socket()))
                        .isInstanceOfSatisfying(
                                VfioException.class,
                                e -> assertThat(e.hint())
                                        .contains("0000:00:04.0 has no VFIO group", "bind vfio-pci first"));
                assertThatThrownBy(() -> serving.get(10, TimeUnit.SECONDS))
                        .isInstanceOf(ExecutionException.class)
                        .hasCauseInstanceOf(VfioException.class);
            }
        }
    }

    @Test
    void a_device_that_has_left_meanwhile_is_told_as_such() throws Exception {
        try (KernelPassServer server = listen()) {
            FakeHost.remove(host.sys.resolve("bus/pci/devices/0000:00:04.0"));
            CompletableFuture<Void> serving = CompletableFuture.runAsync(server::serve);
            assertThatThrownBy(() -> Vfio.open("passed:" + socket()))
                    .isInstanceOfSatisfying(
                            VfioException.class, e -> assertThat(e.hint()).contains("0000:00:04.0", "ENODEV"));
            assertThatThrownBy(() -> serving.get(10, TimeUnit.SECONDS)).hasCauseInstanceOf(VfioException.class);
        }
    }

    @Test
    void closing_ends_the_wait_for_a_program() throws InterruptedException, TimeoutException {
        KernelPassServer server = listen();
        CompletableFuture<Void> serving = CompletableFuture.runAsync(server::serve);
        server.close();
        server.close();
        assertThatThrownBy(() -> serving.get(10, TimeUnit.SECONDS)).hasCauseInstanceOf(IllegalStateException.class);
    }

    @Test
    void a_file_in_the_way_is_left_alone() throws IOException {
        Files.writeString(socket(), "mine");
        assertThatThrownBy(this::listen)
                .isInstanceOfSatisfying(
                        VfioException.class, e -> assertThat(e.name()).isEqualTo("EADDRINUSE"));
        assertThat(socket()).hasContent("mine");
        assertThat(files()).isEqualTo(1);
    }

    @Test
    void a_path_of_107_bytes_can_be_connected_to_and_a_longer_one_is_refused_at_once() throws IOException {
        String start = folder + "/";
        Path longest = Path.of(start + "s".repeat(107 - start.length()));
        try (KernelPassServer server = listen(longest, null);
                UnixSocket client =
                        UnixSocket.connect(SystemCalls.linux(), longest.toString(), Duration.ofSeconds(5))) {
            assertThat(server).isNotNull();
            assertThat(client.fd().isOpen()).isTrue();
        }
        assertThat(files()).isZero();
        assertThatThrownBy(() -> listen(Path.of(longest + "s"), null))
                .isInstanceOfSatisfying(
                        VfioException.class, e -> assertThat(e.name()).isEqualTo("ENAMETOOLONG"));
        assertThat(files()).isZero();
    }

    @Test
    void a_user_that_does_not_exist_is_named_and_nothing_is_left() throws IOException {
        assertThatThrownBy(() -> listen("no such user"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no such user");
        assertThat(files()).isZero();
    }

    @Test
    void nobody_listens() {
        assertThatThrownBy(() -> Vfio.open("passed:" + socket())).isInstanceOfSatisfying(VfioException.class, e -> {
            assertThat(e.call()).isEqualTo("connect");
            assertThat(e.name()).isEqualTo("ENOENT");
        });
    }

    private KernelPassServer listen() {
        return listen(null);
    }

    private KernelPassServer listen(@Nullable String user) {
        return listen(socket(), user);
    }

    private KernelPassServer listen(Path at, @Nullable String user) {
        return KernelPassServer.listen(SystemCalls.linux(), host.host(), DeviceLocator.parse("0000:00:04.0"), at, user);
    }

    private Path socket() {
        return folder.resolve("socket");
    }

    private long files() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.count();
        }
    }
}
