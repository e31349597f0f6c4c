// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli.serve;

import io.jvfio.DeviceLocator;
import io.jvfio.Vfio;
import io.jvfio.VfioException;
import io.jvfio.carrier.PassServer;
import io.jvfio.cli.command.Converters;
import io.jvfio.cli.command.Subcommand;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code jvfio pass}. */
@Command(
        name = "pass",
        description =
                "Opens a device for a program of another user, which has no right to it: passes the open nodes over a"
                        + " socket.",
        footer = {
            "",
            "The program opens passed:SOCKET. Each one that connects gets the nodes opened",
            "anew; a device has one user at a time. Ctrl-C ends the command and removes the",
            "socket; programs that have the device keep it."
        })
public final class PassCommand extends Subcommand {
    @Parameters(index = "0", paramLabel = "D", description = "The device.", converter = Converters.Locator.class)
    @SuppressWarnings("NullAway.Init")
    private DeviceLocator locator;

    @Option(names = "--socket", required = true, paramLabel = "SOCKET", description = "Where to listen: a new path.")
    @SuppressWarnings("NullAway.Init")
    private Path socket;

    @Option(
            names = "--user",
            paramLabel = "USER",
            description = "Who may connect, by name or number. Without it only the user of this command.")
    private @Nullable String user;

    @Option(names = "--once", description = "End when one program has the device.")
    private boolean once;

    /** For picocli. */
    PassCommand() {}

    @Override
    public Integer call() throws InterruptedException {
        try (Vfio vfio = Vfio.create();
                PassServer server = vfio.pass(locator, socket, user)) {
            say(locator + " is to be had as passed:" + socket);
            // A thread of its own, as waiting for a connection does not end when the command is interrupted.
            Thread serving = Thread.ofPlatform().daemon().start(() -> serve(server));
            serving.join();
        } catch (InterruptedException e) {
            if (!environment().interruption().requested()) {
                throw e;
            }
            // Told to end, which is how it ends.
        }
        return 0;
    }

    private void serve(PassServer server) {
        boolean served = false;
        while (!served || !once) {
            try {
                server.serve();
                served = true;
                say("passed");
            } catch (VfioException e) {
                say("not passed: " + e.getMessage());
            } catch (IllegalStateException closed) {
                return;
            }
        }
    }
}
