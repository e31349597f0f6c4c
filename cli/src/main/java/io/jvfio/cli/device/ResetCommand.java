// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli.device;

import io.jvfio.Durations;
import io.jvfio.PciAddress;
import io.jvfio.cli.command.CommandFailure;
import io.jvfio.cli.command.ExitCode;
import io.jvfio.host.ResetMethods;
import io.jvfio.pci.PciDevice;
import java.time.Duration;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code jvfio reset}. */
@Command(
        name = "reset",
        description = "Resets a function, or all functions of its slot or bus.",
        footer = {
            "",
            "A hot reset affects all functions of the slot or bus, and is refused unless each of them is bound to a VFIO"
                    + " driver and used by nobody else; --dry-run says who is in the way. Opening a device resets it, too,"
                    + " where the kernel knows how: so does --dry-run together with --hot."
        })
public final class ResetCommand extends OneDeviceCommand {
    @Option(names = "--hot", description = "Reset the slot or bus that it is in.")
    private boolean hot;

    @Option(names = "--dry-run", description = "Say what would be reset and how, and whether it may be.")
    private boolean dryRun;

    @Option(
            names = "--method",
            paramLabel = "NAME",
            split = ",",
            description = "What the kernel may try (flr, af_flr, pm, bus, …), for this time only; needs root.")
    private List<String> methods = List.of();

    /** For picocli. */
    ResetCommand() {}

    @Override
    public Integer call() throws Exception {
        if (hot) {
            if (!methods.isEmpty()) {
                throw usage("--method chooses among resets of a function alone, so it does not go with --hot");
            }
            return new HotResetRun(this, locator, dryRun).run();
        }
        if (dryRun) {
            return tell();
        }
        if (methods.isEmpty()) {
            return with(this::reset);
        }
        ResetMethods.Choice chosen = kernelMethods().use(methods);
        try (chosen) {
            return with(this::reset);
        }
    }

    private ResetMethods kernelMethods() {
        if (!PciAddress.matches(locator.target())) {
            throw usage("the kernel has reset methods of PCI functions; " + locator + " is none");
        }
        return environment().host().resetMethods(PciAddress.parse(locator.target()));
    }

    private int tell() {
        List<String> used = methods.isEmpty() ? kernelMethods().enabled() : methods;
        String how = used.isEmpty() ? "the kernel has no reset for it alone" : String.join(", then ", used);
        print(locator, locator + ": " + how, json -> {
            json.flag("dryRun", true);
            json.texts("methods", used);
        });
        return used.isEmpty() ? ExitCode.FAILED : 0;
    }

    private int reset(PciDevice device) {
        if (!device.device().info().resettable()) {
            throw new CommandFailure(locator + " cannot be reset on its own: neither the function nor its slot or bus"
                    + " offers the kernel a way (ENOTTY); --hot resets its whole bus, where others are on it too");
        }
        long start = System.nanoTime();
        device.reset();
        Duration duration = Duration.ofNanos(System.nanoTime() - start);
        String line = locator + " was reset in " + Durations.text(duration);
        print(locator, line, json -> json.number("nanoseconds", duration.toNanos()));
        return 0;
    }
}
