// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli.nvme;

import io.jvfio.DeviceLocator;
import io.jvfio.cli.command.CommandFailure;
import io.jvfio.cli.command.Converters;
import io.jvfio.cli.command.DeviceCommand;
import io.jvfio.cli.command.ExitCode;
import io.jvfio.driver.nvme.Namespace;
import io.jvfio.driver.nvme.NvmeController;
import io.jvfio.driver.nvme.NvmeOptions;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** A command that drives an NVMe controller. */
abstract class NvmeDeviceCommand extends DeviceCommand {
    @Parameters(index = "0", paramLabel = "D", description = "The controller.", converter = Converters.Locator.class)
    @SuppressWarnings("NullAway.Init")
    private DeviceLocator locator;

    /** What to do with a controller in operation. */
    @FunctionalInterface
    interface ControllerWork {
        /** Returns the exit code. */
        int on(NvmeController controller) throws Exception;
    }

    final DeviceLocator locator() {
        return locator;
    }

    /** Takes the controller into operation and out of it, whatever happens. */
    final int withController(ControllerWork work) throws Exception {
        return with(locator, device -> {
            try (NvmeController controller = NvmeController.open(device, NvmeOptions.defaults())) {
                return work.on(controller);
            }
        });
    }

    /** A command on one namespace. */
    abstract static class OnNamespace extends NvmeDeviceCommand {
        @Option(
                names = {"-n", "--namespace"},
                paramLabel = "N",
                description = "The namespace's number (default: the first that can be used).")
        private @Nullable Integer namespace;

        @Option(names = "--force", description = "Write although the namespace seems to hold something of worth.")
        private boolean force;

        /** The namespace that the command line means. */
        final Namespace namespace(NvmeController controller) {
            if (namespace != null) {
                return usable(controller.namespace(namespace));
            }
            List<Namespace> all = controller.namespaces();
            return all.stream()
                    .filter(each -> each.info().usable())
                    .findFirst()
                    .or(() -> all.stream()
                            .filter(each -> each.awaitReady().usable())
                            .findFirst())
                    .orElseGet(() -> all.stream()
                            .findFirst()
                            .map(OnNamespace::usable)
                            .orElseThrow(() -> new CommandFailure(locator() + " has no namespace")));
        }

        /** Refuses to write where there seems to be something of worth. */
        final void checkMayWrite(Namespace target) {
            if (force) {
                return;
            }
            String found = Signatures.find(target);
            if (found != null) {
                throw new CommandFailure(
                        target + " holds " + found + ": nothing was written; --force writes all the same",
                        ExitCode.REFUSED);
            }
        }

        private static Namespace usable(Namespace found) {
            if (!found.awaitReady().usable()) {
                throw new CommandFailure(
                        found + " cannot be used: " + found.info().problem());
            }
            return found;
        }
    }
}
