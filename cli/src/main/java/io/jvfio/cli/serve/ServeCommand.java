// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli.serve;

import io.jvfio.DeviceLocator;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
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
            "SPDK's NVMe driver looks for the socket as cntrl in the folder that it is given. It needs",
            "doorbells that it can map, and its memory is in huge pages:",
            "  nvme?doorbells=mapped --unsealed-memory=map --socket FOLDER/cntrl",
            "A program with this library opens vfio-user:SOCKET. Ctrl-C or SIGTERM ends the",
            "command and removes the socket."
        })
public final class ServeCommand extends ServingCommand {
    private static final String SCHEME = "model:";

    @Parameters(
            index = "0",
            paramLabel = "MODEL",
            description = "The model with its options: edu, or nvme?size=256MiB, or zpci?of=nvme&size=256MiB.")
    @SuppressWarnings("NullAway.Init")
    private String model;

    @Option(
            names = "--report",
            paramLabel = "FILE",
            description = "Write there which registers clients use that the model does not implement, and on which they"
                    + " spin: when a client has gone and at the end. With --json as JSON.")
    private @Nullable Path report;

    /** For picocli. */
    ServeCommand() {}

    @Override
    public Integer call() throws Exception {
        String locator = model.startsWith(SCHEME) ? model : SCHEME + model;
        if (report == null) {
            return serve(DeviceLocator.parse(locator), false, null);
        }
        String diagnosed = locator + (locator.indexOf('?') < 0 ? "?" : "&") + "diagnostics=on";
        return serve(DeviceLocator.parse(diagnosed), false, new ReportFile(report, locator, json()));
    }
}
