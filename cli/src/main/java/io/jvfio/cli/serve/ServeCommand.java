// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli.serve;

import io.jvfio.DeviceLocator;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code jvfio serve}. */
@Command(
        name = "serve",
        description = "Serves a device model to vfio-user clients, such as QEMU, one at a time.",
        footer = {
            "",
            "Only the user of this command can connect. QEMU attaches the device by",
            "  -device '{\"driver\":\"vfio-user-pci\",\"socket\":{\"type\":\"unix\",\"path\":\"SOCKET\"}}'",
            "and needs memory that can be shared: -machine memory-backend=m0 with",
            "  -object memory-backend-memfd,id=m0,size=2G,share=on",
            "A program with this library opens vfio-user:SOCKET. Ctrl-C or SIGTERM ends the",
            "command and removes the socket."
        })
public final class ServeCommand extends ServingCommand {
    private static final String SCHEME = "model:";

    @Parameters(
            index = "0",
            paramLabel = "MODEL",
            description = "The model with its options: edu, or nvme?size=256MiB.")
    @SuppressWarnings("NullAway.Init")
    private String model;

    /** For picocli. */
    ServeCommand() {}

    @Override
    public Integer call() throws Exception {
        return serve(DeviceLocator.parse(model.startsWith(SCHEME) ? model : SCHEME + model), false);
    }
}
