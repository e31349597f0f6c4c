// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli.serve;

import io.jvfio.DeviceLocator;
import io.jvfio.cli.command.Converters;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code jvfio export}. */
@Command(
        name = "export",
        description = "Serves a device of this host to vfio-user clients, such as QEMU, one at a time.",
        footer = {
            "",
            "Only the user of this command can connect. Registers are reached by messages;",
            "with --trust-client the client maps them, for which it gets the open device.",
            "Ctrl-C or SIGTERM ends the command and removes the socket; see also serve."
        })
public final class ExportCommand extends ServingCommand {
    @Parameters(index = "0", paramLabel = "D", description = "The device.", converter = Converters.Locator.class)
    @SuppressWarnings("NullAway.Init")
    private DeviceLocator locator;

    @Option(
            names = "--trust-client",
            description = "Pass the open device on, so that the client can map its registers. It can then do with the"
                    + " device what this command can.")
    private boolean trustClient;

    /** For picocli. */
    ExportCommand() {}

    @Override
    public Integer call() throws Exception {
        return serve(locator, trustClient, null);
    }
}
