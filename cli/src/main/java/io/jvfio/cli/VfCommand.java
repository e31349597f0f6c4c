// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli;

import io.jvfio.PciAddress;
import io.jvfio.host.HostFunction;
import io.jvfio.host.VirtualFunctions;
import io.jvfio.host.VirtualFunctions.CreateOptions;
import io.jvfio.host.VirtualFunctions.Probing;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code jvfio vf}: virtual functions. */
@Command(
        name = "vf",
        description = "Creates and removes the virtual functions of an SR-IOV device.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {VfCommand.Create.class, VfCommand.Remove.class})
final class VfCommand {
    @ParentCommand
    @SuppressWarnings("NullAway.Init")
    private Jvfio jvfio;

    /** For picocli. */
    VfCommand() {}

    /** What both have. */
    abstract static class Change implements Callable<Integer> {
        @ParentCommand
        @SuppressWarnings("NullAway.Init")
        private VfCommand parent;

        @Spec
        @SuppressWarnings("NullAway.Init")
        private CommandSpec spec;

        @Option(
                names = "--timeout",
                paramLabel = "SECONDS",
                defaultValue = "30",
                description = "How long the kernel may take for each step (${DEFAULT-VALUE}).")
        private int timeout;

        @Parameters(
                index = "0",
                paramLabel = "D",
                description = "The physical function.",
                converter = Converters.Address.class)
        @SuppressWarnings("NullAway.Init")
        private PciAddress address;

        final VirtualFunctions functions() {
            if (jvfio().environment().host().function(address).isEmpty()) {
                throw new CommandFailure("no PCI function " + address + " on this host");
            }
            return jvfio().environment().host().virtualFunctions(address);
        }

        final Jvfio jvfio() {
            return parent.jvfio;
        }

        final PciAddress address() {
            return address;
        }

        final Duration deadline() {
            if (timeout < 1) {
                throw new ParameterException(spec.commandLine(), "a timeout is 1 second at least");
            }
            return Duration.ofSeconds(timeout);
        }

        final void printJson(Consumer<Json> fields) {
            jvfio().out().println(Json.object(jvfio().environment().terminal(), json -> {
                json.number("schema", Jvfio.SCHEMA);
                json.text("command", "vf " + spec.name());
                json.text("device", address.toString());
                fields.accept(json);
            }));
        }
    }

    /** {@code jvfio vf create}. */
    @Command(
            name = "create",
            description = "Creates virtual functions, all of them or none.",
            footer = {
                "",
                "With vfio-pci on the physical function the virtual ones are bound to it too, and it creates them only if"
                        + " its module parameter enable_sriov is set."
            })
    static final class Create extends Change {
        @Parameters(index = "1", paramLabel = "COUNT", description = "How many.")
        private int count;

        @Option(names = "--replace", description = "Remove the ones that exist first, if nobody has them open.")
        private boolean replace;

        @Option(
                names = "--probing",
                paramLabel = "SETTING",
                converter = Converters.Probing.class,
                completionCandidates = Converters.Probings.class,
                description =
                        "Whether host drivers are bound to them: ${COMPLETION-CANDIDATES}; as the device has it set"
                                + " unless given.")
        private Probing probing = Probing.KEEP;

        /** For picocli. */
        Create() {}

        @Override
        public Integer call() {
            VirtualFunctions functions = functions();
            CreateOptions options = CreateOptions.defaults()
                    .withReplace(replace)
                    .withProbing(probing)
                    .withDeadline(deadline());
            List<HostFunction> made = functions.create(count, options).stream()
                    .map(jvfio().environment().host()::function)
                    .flatMap(Optional::stream)
                    .toList();
            if (jvfio().json()) {
                var names = jvfio().environment().names().get();
                printJson(json -> json.objects(
                        "virtualFunctions", made, (item, function) -> HostJson.function(item, function, names)));
                return 0;
            }
            Table table = new Table("ADDRESS", "ID", "GROUP", "DRIVER", "OPEN");
            for (HostFunction function : made) {
                table.row(
                        function.address().toString(),
                        HostText.id(function.ids()),
                        HostText.number(function.group()),
                        function.driver(),
                        HostText.open(function.access()));
            }
            table.print(jvfio().out(), jvfio().environment().terminal());
            return 0;
        }
    }

    /** {@code jvfio vf remove}. */
    @Command(name = "remove", description = "Removes all virtual functions of a device, unless somebody has one open.")
    static final class Remove extends Change {
        /** For picocli. */
        Remove() {}

        @Override
        public Integer call() {
            int removed = functions().remove(deadline());
            if (jvfio().json()) {
                printJson(json -> json.number("removed", removed));
            } else {
                jvfio().out()
                        .println(address() + ": "
                                + (removed == 1 ? "1 virtual function" : removed + " virtual functions") + " removed");
            }
            return 0;
        }
    }
}
