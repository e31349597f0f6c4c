// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vfiouser.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.testkit.LeakCheck;
import io.jvfio.vfiouser.protocol.Command;
import io.jvfio.vfiouser.protocol.RegionAccess;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Errors that end a thread if nobody catches them, and servers that end themselves. */
class ServerErrorsTest extends ServerTest {

    private static void noMemory() {
        throw new OutOfMemoryError("as the test wants it");
    }

    @Test
    void memory_that_runs_out_in_a_slow_command_ends_its_client_alone() throws Exception {
        device.onReset = () -> {
            device.onReset = () -> {};
            noMemory();
        };
        try (RawClient client = RawClient.open(path)) {
            client.out.beginCommand(client.nextId(), Command.DEVICE_RESET, 0);
            client.channel.send(client.out, List.of());
            client.awaitEnd();
        }
        await("lost");
        assertThat(client().reset()).isZero();
    }

    @Test
    void memory_that_runs_out_in_a_register_access_ends_its_client_alone() throws Exception {
        device.engine = work -> noMemory();
        try (RawClient client = RawClient.open(path)) {
            RegionAccess.beginWrite(client.out, client.nextId(), 0, ServedFixture.GO, 8);
            client.channel.send(client.out, List.of());
            client.awaitEnd();
        }
        await("lost: of a defect");
        assertThat(client().reset()).isZero();
    }

    @Test
    void memory_that_runs_out_when_the_device_is_taken_back_has_the_server_end_and_say_so() throws Exception {
        client().close();
        await("lost");
        device.onReset = () -> {
            device.onReset = () -> {};
            noMemory();
        };
        try (RawClient client = RawClient.open(path)) {
            assertThat(client.read(ServedFixture.CONFIG, 0, 4)).isNotZero();
        }
        await("lost");
        awaitTrue(() -> server.failure().isPresent());
        serveAgain(ServerOptions.defaults());
        assertThat(client().reset()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"arrived", "lost", "refused"})
    void a_listener_that_fails_does_not_end_the_server(String when) throws Exception {
        Path at = folder.resolve("failing");
        ServerListener failing = listener(when, ServerErrorsTest::noMemory);
        try (VfioUserServer second = VfioUserServer.listen(device, at, ServerOptions.defaults(), failing)) {
            for (int i = 0; i < 2; i++) {
                try (RawClient bad = RawClient.connect(at)) {
                    bad.raw(new byte[16]);
                    bad.awaitEnd();
                }
                try (RawClient client = RawClient.open(at)) {
                    assertThat(client.reset()).isZero();
                }
            }
            assertThat(second).isNotNull();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"arrived", "lost", "refused"})
    void a_server_that_its_own_listener_closes_leaves_nothing(String when) throws Exception {
        LeakCheck leaks = LeakCheck.start();
        Path at = folder.resolve("own");
        AtomicReference<VfioUserServer> self = new AtomicReference<>();
        ServerListener closing = listener(when, () -> {
            awaitTrue(() -> self.get() != null);
            self.get().close();
        });
        self.set(VfioUserServer.listen(device, at, ServerOptions.defaults(), closing));
        if (when.equals("refused")) {
            try (RawClient bad = RawClient.connect(at)) {
                bad.raw(new byte[16]);
                bad.awaitEnd();
            }
        } else {
            try (RawClient client = RawClient.open(at)) {
                assertThat(client.in.isReply()).isTrue();
            }
        }
        leaks.assertNothingLeaked();
        assertThat(at).doesNotExist();
        self.get().close();
    }

    private static ServerListener listener(String when, Runnable action) {
        return new ServerListener() {
            @Override
            public void clientArrived(Client client) {
                run("arrived");
            }

            @Override
            public void clientLost(Client client, String reason) {
                run("lost");
            }

            @Override
            public void clientRefused(Client client, String reason) {
                run("refused");
            }

            private void run(String event) {
                if (event.equals(when)) {
                    action.run();
                }
            }
        };
    }
}
