// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli;

import io.jvfio.DeviceLocator;
import io.jvfio.VfioException;
import io.jvfio.device.OpenOptions;
import io.jvfio.pci.PciDevice;
import java.io.PrintWriter;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** A command that opens one device. */
abstract class DeviceCommand implements Callable<Integer> {
    @ParentCommand
    @SuppressWarnings("NullAway.Init")
    private Jvfio jvfio;

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Option(
            names = "--vf-token",
            paramLabel = "UUID",
            description = "The token of a virtual function whose physical function has set one.")
    private @Nullable UUID vfToken;

    /** What to do with an open device. */
    @FunctionalInterface
    interface Work {
        /** Returns the exit code. */
        int on(PciDevice device) throws Exception;
    }

    /** Opens a device as the command line says, and closes it whatever happens. */
    final int with(DeviceLocator locator, Work work) throws Exception {
        Interruption interruption = environment().interruption();
        try (PciDevice device = open(locator, options())) {
            interruption.opened(device);
            try {
                return work.on(device);
            } finally {
                interruption.closed(device);
            }
        }
    }

    /** How the command line says that devices are opened. */
    final OpenOptions options() {
        OpenOptions options = OpenOptions.defaults().withIommu(jvfio.iommu());
        return vfToken == null ? options : options.withVfToken(vfToken);
    }

    private PciDevice open(DeviceLocator locator, OpenOptions options) {
        try {
            return environment().opener().apply(locator.toString(), options);
        } catch (VfioException e) {
            throw new OpenFailure(locator, e, environment().access(locator));
        }
    }

    final Environment environment() {
        return jvfio.environment();
    }

    final PrintWriter out() {
        return jvfio.out();
    }

    final boolean json() {
        return jvfio.json();
    }

    /** Prints an object with these fields behind those that every object has. */
    final void printJson(Consumer<Json> fields) {
        out().println(Json.object(environment().terminal(), json -> {
            json.number("schema", Jvfio.SCHEMA);
            json.text("command", spec.name());
            fields.accept(json);
        }));
    }

    /** The command line asks for what makes no sense. */
    final ParameterException usage(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
