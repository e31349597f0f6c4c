// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli.bind;

import io.jvfio.PciAddress;
import io.jvfio.binding.BindOptions;
import io.jvfio.binding.BindPlan;
import io.jvfio.binding.BindResult;
import io.jvfio.binding.KernelDrivers;
import io.jvfio.cli.command.Converters;
import io.jvfio.cli.command.ExitCode;
import io.jvfio.cli.command.Subcommand;
import io.jvfio.cli.out.Table;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code jvfio bind}. */
@Command(
        name = "bind",
        description =
                "Binds a device to the kernel driver that is chosen for it; 'jvfio explain D' says which, and why.",
        footer = {
            "",
            "If a step fails, all is put back. If the command itself is ended half-way, 'jvfio recover' does it."
        })
public final class BindCommand extends Subcommand {
    @Mixin
    private final DriverOptions wanted = new DriverOptions();

    @Mixin
    private final ChangeOptions how = new ChangeOptions();

    @Option(names = "--whole-group", description = "The other functions of its group too, all or none.")
    private boolean wholeGroup;

    @Option(names = "--persist", description = "At each start of the host too.")
    private boolean persist;

    @Option(
            names = "--on-probe-failure",
            paramLabel = "WAY",
            converter = ChangeOptions.Failing.class,
            description = "If the driver refuses the device: error, or next for the next in rank.")
    private boolean nextOnFailure;

    @Parameters(index = "0", paramLabel = "D", description = "The PCI function.", converter = Converters.Address.class)
    @SuppressWarnings("NullAway.Init")
    private PciAddress address;

    /** For picocli. */
    BindCommand() {}

    @Override
    public Integer call() {
        KernelDrivers drivers = environment().drivers();
        BindOptions options = new BindOptions(wholeGroup, nextOnFailure, persist, how.patience(this));
        if (how.dryRun()) {
            List<BindPlan> plans = drivers.plan(address, wanted.request(), options);
            how.print(
                    this, plans.stream().flatMap(plan -> plan.shell().stream()).toList());
            return 0;
        }
        BindResult result = drivers.bind(address, wanted.request(), options);
        if (json()) {
            printJson(json -> {
                ChangeOptions.changes(json, result.changes());
                json.texts("notes", result.notes());
                result.warning().ifPresent(problem -> ExplainJson.problem(json, problem));
                json.object("explanation", explanation -> ExplainJson.write(explanation, result.explanation()));
            });
        } else {
            if (result.changes().isEmpty()) {
                out().println(address + ": bound to "
                        + result.explanation().decision().name() + " already");
            }
            ChangeOptions.print(out(), result.changes());
            result.notes().forEach(note -> out().println("  " + Table.printable(note)));
        }
        result.warning().ifPresent(problem -> jvfio().warn(problem.toString()));
        return result.warning().isPresent() ? ExitCode.NOT_ACCESSIBLE : 0;
    }
}
