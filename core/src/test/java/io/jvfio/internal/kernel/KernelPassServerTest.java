// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jvfio.Vfio;
import io.jvfio.VfioException;
import io.jvfio.internal.sys.SystemCalls;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With a device that has no nodes; the kernel tests have real ones. */
final class KernelPassServerTest {
    @TempDir
    Path folder;

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
                                        .contains("no-device has no VFIO group", "bind vfio-pci first"));
                assertThatThrownBy(() -> serving.get(10, TimeUnit.SECONDS))
                        .isInstanceOf(ExecutionException.class)
                        .hasCauseInstanceOf(VfioException.class);
            }
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
    void a_user_that_does_not_exist_is_named_and_nothing_is_left() throws IOException {
        assertThatThrownBy(() -> KernelPassServer.listen(SystemCalls.linux(), device(), socket(), "no such user"))
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
        return KernelPassServer.listen(SystemCalls.linux(), device(), socket(), null);
    }

    private SysfsDevice device() {
        return new SysfsDevice("no-device", folder.resolve("no-device"));
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
