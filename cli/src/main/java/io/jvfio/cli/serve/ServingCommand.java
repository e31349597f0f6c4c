// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli.serve;

import io.jvfio.DeviceLocator;
import io.jvfio.Fd;
import io.jvfio.Vfio;
import io.jvfio.VfioException;
import io.jvfio.cli.command.CommandFailure;
import io.jvfio.cli.command.Converters;
import io.jvfio.cli.command.DeviceCommand;
import io.jvfio.cli.command.Interruption;
import io.jvfio.cli.command.OpenFailure;
import io.jvfio.cli.out.Json;
import io.jvfio.device.VariantChoice;
import io.jvfio.device.VfioDevice;
import io.jvfio.emulation.EmulatedDevice;
import io.jvfio.vfiouser.server.ServerListener;
import io.jvfio.vfiouser.server.ServerOptions;
import io.jvfio.vfiouser.server.VfioUserServer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** A command that opens one device and serves it to vfio-user clients until it is told to end. */
abstract class ServingCommand extends DeviceCommand {
    @Option(
            names = "--socket",
            paramLabel = "SOCKET",
            description = "Where to listen. Without it, at the socket that a service manager has passed.")
    private @Nullable Path socket;

    @Option(
            names = "--uid",
            paramLabel = "UID",
            description = "Serve clients of this user alone, by number; others are turned away.")
    private @Nullable Integer uid;

    @Option(
            names = "--unsealed-memory",
            paramLabel = "WAY",
            converter = UnsealedWays.class,
            completionCandidates = UnsealedWays.class,
            description =
                    "What to do with memory that a client could take away while it is in use, because it is not sealed"
                            + " or in huge pages: ${COMPLETION-CANDIDATES} (default: messages).")
    private ServerOptions.UnsealedMemory unsealed = ServerOptions.UnsealedMemory.MESSAGES;

    @Option(
            names = "--reads-as-ones",
            description =
                    "Answer a bad access to a region with ones instead of an error, for clients that wait for ever"
                            + " after one.")
    private boolean readsAsOnes;

    @Option(
            names = "--areas",
            paramLabel = "WHICH",
            converter = AreaWays.class,
            completionCandidates = AreaWays.class,
            description = "Which parts of a BAR with holes a client of another make may map:"
                    + " ${COMPLETION-CANDIDATES} (default: largest). QEMU takes all.")
    private ServerOptions.Areas areas = ServerOptions.Areas.LARGEST;

    @Option(names = "--once", description = "End when the first client has gone.")
    private boolean once;

    /** Whether a client has gone since the report was written. */
    private final AtomicBoolean left = new AtomicBoolean();

    /** How often clients that spin are looked for. */
    private static final Duration LOOK = Duration.ofMillis(250);

    /**
     * Opens the device, serves it, and returns when the first client has gone with {@code --once}, else never.
     *
     * @param report where to write what the device, a model with diagnostics, does not implement, or null
     */
    final int serve(DeviceLocator locator, boolean trustClient, @Nullable ReportFile report) throws Exception {
        ServerOptions options = ServerOptions.defaults()
                .withTrustClient(trustClient)
                .withUnsealedMemory(unsealed)
                .withReadsAsOnes(readsAsOnes)
                .withAreas(areas);
        if (uid != null) {
            options = options.withRequiredUid(uid);
        }
        CountDownLatch served = new CountDownLatch(1);
        try (Vfio vfio = Vfio.create(providers());
                VfioUserServer server = listen(() -> open(vfio, locator, report), vfio, options, new Events(served))) {
            Interruption interruption = environment().interruption();
            interruption.opened(server);
            try {
                String where = socket == null ? "the socket that was passed" : socket.toString();
                say("listening", locator + " is served at " + where, json -> {
                    json.text("device", locator.toString());
                    json.text("socket", socket == null ? null : socket.toString());
                });
                await(served, report);
            } catch (InterruptedException e) {
                if (!interruption.requested()) {
                    throw e;
                }
                // Told to end, which is how it ends.
            } finally {
                interruption.closed(server);
                if (report != null) {
                    report.write();
                }
            }
            Optional<String> failure = server.failure();
            if (failure.isPresent()) {
                throw new CommandFailure(locator + " is not served any more: " + failure.get());
            }
        }
        return 0;
    }

    /** Clients put on it what they want. */
    @Override
    protected final VariantChoice usualVariant() {
        return VariantChoice.none();
    }

    /** Waits, and tells meanwhile on which registers clients spin. */
    private void await(CountDownLatch served, @Nullable ReportFile report) throws InterruptedException {
        if (report == null) {
            served.await();
            return;
        }
        report.write();
        while (!served.await(LOOK.toMillis(), TimeUnit.MILLISECONDS)) {
            List<String> spins = report.newSpins();
            spins.forEach(spin -> say("spinning", spin, json -> json.text("spin", spin)));
            if (left.getAndSet(false) || !spins.isEmpty()) {
                report.write();
            }
        }
    }

    private VfioDevice open(Vfio vfio, DeviceLocator locator, @Nullable ReportFile report) {
        try {
            VfioDevice device = vfio.openDevice(locator, options());
            if (report != null) {
                report.of(device.ability(EmulatedDevice.class)
                        .orElseThrow(
                                () -> new CommandFailure("--report is of a model alone, without a variant on it")));
            }
            return device;
        } catch (VfioException e) {
            throw new OpenFailure(locator, e, environment().access(locator));
        }
    }

    private VfioUserServer listen(
            Supplier<VfioDevice> device, Vfio vfio, ServerOptions options, ServerListener listener) {
        if (socket != null) {
            return VfioUserServer.listen(device, socket, options, listener);
        }
        OptionalInt passed = VfioUserServer.passedSocket(
                System.getenv(), ProcessHandle.current().pid());
        if (passed.isEmpty()) {
            throw usage("--socket is missing, and no service manager has passed a socket (LISTEN_FDS)");
        }
        try (Fd listening = vfio.adopt(passed.getAsInt(), "socket of the service manager")) {
            return VfioUserServer.activated(device, listening, options, listener);
        }
    }

    private void say(String event, String line, Consumer<Json> fields) {
        synchronized (out()) {
            out().println(
                            json()
                                    ? Json.object(false, json -> {
                                        json.number("schema", Json.SCHEMA);
                                        json.text("event", event);
                                        fields.accept(json);
                                    })
                                    : line);
            out().flush();
        }
    }

    /** Prints what happens, a line each. */
    private final class Events implements ServerListener {
        private final CountDownLatch served;

        Events(CountDownLatch served) {
            this.served = served;
        }

        @Override
        public void clientArrived(Client client) {
            say("arrived", "client " + client + " has the device", json -> fields(json, client, null));
        }

        @Override
        public void clientLost(Client client, String reason) {
            say("lost", "client " + client + " is gone: " + reason, json -> fields(json, client, reason));
            left.set(true);
            if (once) {
                served.countDown();
            }
        }

        @Override
        public void clientRefused(Client client, String reason) {
            say("refused", client + " is no client: " + reason, json -> fields(json, client, reason));
        }

        @Override
        public void deviceRenewed(String reason) {
            say("renewed", "the device was opened anew: " + reason, json -> json.text("reason", reason));
        }

        @Override
        public void serverEnded(String reason) {
            served.countDown();
        }

        private static void fields(Json json, Client client, @Nullable String reason) {
            json.number("pid", client.pid());
            json.number("uid", Integer.toUnsignedLong(client.uid()));
            json.text("reason", reason);
        }
    }

    /** What a server does with memory that a client could cut short. */
    static final class UnsealedWays extends Converters.Spelled<ServerOptions.UnsealedMemory> {
        /** For picocli. */
        UnsealedWays() {
            super(ServerOptions.UnsealedMemory.values(), "way with unsealed memory");
        }
    }

    /** Which areas a client is told of. */
    static final class AreaWays extends Converters.Spelled<ServerOptions.Areas> {
        /** For picocli. */
        AreaWays() {
            super(ServerOptions.Areas.values(), "choice of areas");
        }
    }
}
