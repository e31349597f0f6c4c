// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli.host;

import io.jvfio.PciAddress;
import io.jvfio.cli.command.Converters;
import io.jvfio.cli.command.HostCommand;
import io.jvfio.cli.out.Columns;
import io.jvfio.host.HostFunction;
import io.jvfio.host.VirtualFunctions;
import io.jvfio.host.VirtualFunctions.CreateOptions;
import io.jvfio.host.VirtualFunctions.Probing;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code jvfio vf}: virtual functions. */
@Command(
        name = "vf",
        description = "Creates and removes the virtual functions of an SR-IOV device.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {VfCommand.Create.class, VfCommand.Remove.class})
public final class VfCommand {
    /** For picocli. */
    VfCommand() {}

    /** What both have. */
    abstract static class Change extends HostCommand {
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
            return host().virtualFunctions(function(address).address());
        }

        final PciAddress address() {
            return address;
        }

        final Duration deadline() {
            return timeout(timeout);
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
                converter = ProbingSettings.class,
                completionCandidates = ProbingSettings.class,
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
                    .map(host()::function)
                    .flatMap(Optional::stream)
                    .toList();
            Columns<HostFunction> columns =
                    HostColumns.functions(environment().names().get());
            if (json()) {
                printJson(address(), json -> json.objects("virtualFunctions", made, columns::write));
            } else {
                print(columns.table(made, "ADDRESS", "ID", "GROUP", "DRIVER", "OPEN"));
            }
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
            String count = removed == 1 ? "1 virtual function" : removed + " virtual functions";
            print(address(), address() + ": " + count + " removed", json -> json.number("removed", removed));
            return 0;
        }
    }

    /** Whether drivers are bound to new virtual functions. */
    static final class ProbingSettings extends Converters.Spelled<Probing> {
        /** For picocli. */
        ProbingSettings() {
            super(Probing.values(), "setting");
        }
    }
}
