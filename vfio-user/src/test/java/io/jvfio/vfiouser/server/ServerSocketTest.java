// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vfiouser.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jvfio.VfioException;
import io.jvfio.internal.sys.Descriptor;
import io.jvfio.internal.sys.UnixListener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** Where clients connect, and who may. */
class ServerSocketTest extends ServerTest {

    private VfioUserServer listen(Path at) {
        return VfioUserServer.listen(device, at, ServerOptions.defaults(), recorder);
    }

    @Test
    void only_the_user_of_the_server_can_connect() throws IOException {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
                .isEqualTo("rw-------");
        try (var files = Files.list(folder)) {
            assertThat(files).containsExactly(path);
        }
    }

    @Test
    void the_socket_is_removed_at_the_end() {
        server.close();
        server.close();
        assertThat(path).doesNotExist();
    }

    @Test
    void a_socket_where_somebody_listens_is_not_taken() {
        assertThatThrownBy(() -> listen(path))
                .isInstanceOfSatisfying(
                        VfioException.class, e -> assertThat(e.name()).isEqualTo("EADDRINUSE"));
        assertThat(client().reset()).isZero();
    }

    @Test
    void a_path_of_107_bytes_is_served_and_a_longer_one_refused_at_once() {
        String start = folder + "/";
        Path longest = Path.of(start + "s".repeat(107 - start.length()));
        try (VfioUserServer longNamed = listen(longest);
                RawClient client = RawClient.open(longest)) {
            assertThat(client.reset()).isZero();
            assertThat(longNamed.failure()).isEmpty();
        }
        assertThat(longest).doesNotExist();
        Path longer = Path.of(longest + "s");
        assertThatThrownBy(() -> listen(longer))
                .isInstanceOfSatisfying(
                        VfioException.class, e -> assertThat(e.name()).isEqualTo("ENAMETOOLONG"));
        assertThat(longer).doesNotExist();
    }

    @Test
    void a_folder_that_is_missing_is_told_as_that() {
        assertThatThrownBy(() -> listen(folder.resolve("absent/s")))
                .isInstanceOf(VfioException.class)
                .hasMessageContaining("ENOENT")
                .hasMessageContaining("absent/s");
    }

    @Test
    void what_is_no_socket_is_not_taken() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "mine");
        assertThatThrownBy(() -> listen(file)).isInstanceOf(VfioException.class);
        Path link = Files.createSymbolicLink(folder.resolve("link"), file);
        assertThatThrownBy(() -> listen(link)).isInstanceOf(VfioException.class);
        assertThat(file).hasContent("mine");
    }

    @Test
    void a_socket_that_a_dead_server_left_is_replaced() throws IOException {
        Path left = folder.resolve("left");
        Path kept = folder.resolve("kept");
        try (UnixListener dead = UnixListener.open(sys, left.toString(), 1)) {
            Files.createLink(kept, left);
            assertThat(dead.fd().isOpen()).isTrue();
        }
        assertThat(kept).exists();
        try (VfioUserServer second = listen(kept);
                RawClient client = RawClient.open(kept)) {
            assertThat(client.reset()).isZero();
            assertThat(second).isNotNull();
        }
        assertThat(kept).doesNotExist();
    }

    @Test
    void of_many_that_find_a_dead_socket_one_gets_the_name() throws Exception {
        Path contested = folder.resolve("contested");
        for (int round = 0; round < 10; round++) {
            try (UnixListener dead = UnixListener.open(sys, folder.resolve("d").toString(), 1)) {
                Files.createLink(contested, folder.resolve("d"));
                assertThat(dead.fd().isOpen()).isTrue();
            }
            CyclicBarrier start = new CyclicBarrier(4);
            try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
                java.util.List<Future<VfioUserServer>> all = new java.util.ArrayList<>();
                for (int i = 0; i < 4; i++) {
                    all.add(threads.submit(() -> {
                        start.await();
                        return listen(contested);
                    }));
                }
                int served = 0;
                for (Future<VfioUserServer> each : all) {
                    try (VfioUserServer one = each.get()) {
                        served++;
                        RawClient.open(contested).close();
                        assertThat(one).isNotNull();
                    } catch (java.util.concurrent.ExecutionException e) {
                        assertThat(e.getCause()).isInstanceOf(VfioException.class);
                    }
                }
                assertThat(served).isPositive();
            }
            Files.deleteIfExists(contested);
        }
    }

    @Test
    void another_file_that_took_the_place_of_the_socket_stays() throws IOException {
        Files.delete(path);
        Files.writeString(path, "somebody else's");
        server.close();
        assertThat(path).hasContent("somebody else's");
        Files.delete(path);
    }

    @Test
    void a_client_of_another_user_is_turned_away() throws Exception {
        serveAgain(ServerOptions.defaults().withRequiredUid(sys.geteuid() + 1));
        try (RawClient client = RawClient.connect(path)) {
            client.awaitEnd();
        }
        assertThat(await("refused")).contains("only uid");
        serveAgain(ServerOptions.defaults().withRequiredUid(sys.geteuid()));
        assertThat(client().reset()).isZero();
    }

    @Test
    void a_socket_of_a_service_manager_is_served_and_left_to_it() throws Exception {
        Path passed = folder.resolve("passed");
        try (UnixListener manager = UnixListener.open(sys, passed.toString(), 4)) {
            for (int i = 0; i < 2; i++) {
                VfioUserServer activated;
                try (Descriptor inherited = manager.fd().duplicate()) {
                    activated = VfioUserServer.activated(device, inherited, ServerOptions.defaults(), recorder);
                }
                try (RawClient client = RawClient.open(passed)) {
                    assertThat(client.reset()).isZero();
                    activated.close();
                    client.awaitEnd();
                }
                assertThat(passed).exists();
            }
        }
    }

    @Test
    void a_passed_socket_is_meant_for_this_process_and_is_one() {
        assertThat(VfioUserServer.passedSocket(Map.of(), 5)).isEmpty();
        assertThat(VfioUserServer.passedSocket(Map.of("LISTEN_PID", "6", "LISTEN_FDS", "1"), 5))
                .isEmpty();
        assertThat(VfioUserServer.passedSocket(Map.of("LISTEN_PID", "5", "LISTEN_FDS", "1"), 5))
                .hasValue(3);
        assertThatThrownBy(() -> VfioUserServer.passedSocket(Map.of("LISTEN_PID", "5", "LISTEN_FDS", "2"), 5))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
