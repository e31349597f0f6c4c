// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli;

import io.jvfio.DeviceLocator;
import io.jvfio.PciAddress;
import io.jvfio.host.Host;
import io.jvfio.host.HostFunction;
import io.jvfio.host.HostMdev;
import io.jvfio.host.VfioAccess;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** A command that looks at the host and opens nothing. */
@Command
abstract class HostCommand implements Callable<Integer> {
    @ParentCommand
    @SuppressWarnings("NullAway.Init")
    private Jvfio jvfio;

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    /**
     * A device as the host shows it.
     *
     * @param name its name on its bus
     * @param driver the bound driver, or null
     * @param group the number of its group, or -1
     * @param access how it could be opened
     */
    record Seen(String name, @Nullable String driver, int group, VfioAccess access) {}

    final Environment environment() {
        return jvfio.environment();
    }

    final Host host() {
        return environment().host();
    }

    final PrintWriter out() {
        return jvfio.out();
    }

    final boolean json() {
        return jvfio.json();
    }

    /** The device of a locator; fails if the host has none. */
    final Seen seen(DeviceLocator locator) {
        if (PciAddress.matches(locator.target())) {
            HostFunction function = host().function(PciAddress.parse(locator.target()))
                    .orElseThrow(() -> new CommandFailure("no PCI function " + locator.target() + " on this host"));
            return new Seen(function.address().toString(), function.driver(), function.group(), function.access());
        }
        HostMdev mdev = Uuids.parse(locator.target())
                .flatMap(host()::mdev)
                .orElseThrow(() -> new CommandFailure("no device " + locator + " on this host"));
        return new Seen(mdev.uuid().toString(), mdev.driver(), mdev.group(), mdev.access());
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
