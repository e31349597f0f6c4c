// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli.device;

import io.jvfio.DeviceLocator;
import io.jvfio.Durations;
import io.jvfio.Vfio;
import io.jvfio.cli.command.CommandFailure;
import io.jvfio.cli.command.Converters;
import io.jvfio.cli.command.DeviceCommand;
import io.jvfio.cli.command.ExitCode;
import io.jvfio.cli.out.Columns;
import io.jvfio.host.AffectedFunction;
import io.jvfio.host.AffectedFunction.Owner;
import io.jvfio.host.HotResetPlan;
import io.jvfio.host.NodeHolder;
import io.jvfio.pci.PciDevice;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** One {@code jvfio reset --hot}: plans, opens what else is affected and unused, and resets. Threads: one at a time. */
final class HotResetRun {
    private static final Columns<AffectedFunction> FUNCTIONS = new Columns<AffectedFunction>()
            .text("AFFECTED", "address", AffectedFunction::address)
            .text("DRIVER", "driver", AffectedFunction::driver)
            .text("OWNER", "owner", function -> Converters.spelling(function.owner()))
            .text("obstacle", function -> function.obstacle().isEmpty() ? null : function.obstacle())
            .column(
                    "HELD BY",
                    function -> function.holders().stream()
                            .map(NodeHolder::toString)
                            .distinct()
                            .collect(Collectors.joining(", ")))
            .objects(
                    "holders",
                    AffectedFunction::holders,
                    new Columns<NodeHolder>()
                            .number("process", NodeHolder::process)
                            .text("command", NodeHolder::command)
                            .text("node", NodeHolder::node));

    private final DeviceCommand command;
    private final DeviceLocator locator;
    private final boolean dryRun;

    HotResetRun(DeviceCommand command, DeviceLocator locator, boolean dryRun) {
        this.command = command;
        this.locator = locator;
        this.dryRun = dryRun;
    }

    /** The exit code. */
    int run() throws Exception {
        List<DeviceLocator> unused = new ArrayList<>();
        int code = command.with(locator, device -> {
            HotResetPlan plan = plan(device, List.of());
            plan.affected().stream()
                    .filter(function -> function.owner() == Owner.UNUSED)
                    .map(function -> new DeviceLocator(
                            locator.scheme(), function.address().toString()))
                    .forEach(unused::add);
            return unused.isEmpty() ? finish(plan) : 0;
        });
        return unused.isEmpty() ? code : together(unused);
    }

    /** Opens all in one context, so that they are in one iommufd where that is used. */
    private int together(List<DeviceLocator> others) {
        List<PciDevice> open = new ArrayList<>();
        try (Vfio context = Vfio.create(command.providers())) {
            try {
                open.add(context.openPci(locator, command.options()));
                for (DeviceLocator other : others) {
                    open.add(context.openPci(other, command.options()));
                }
                return finish(plan(open.getFirst(), open));
            } finally {
                open.reversed().forEach(PciDevice::close);
            }
        }
    }

    private HotResetPlan plan(PciDevice device, List<PciDevice> together) {
        return HotResetPlan.of(command.environment().host(), device, together);
    }

    private int finish(HotResetPlan plan) {
        if (!plan.permitted() && !dryRun) {
            if (!command.json()) {
                print(plan, null);
            }
            throw new CommandFailure(
                    locator + " was not reset: " + String.join("; ", plan.obstacles()), ExitCode.REFUSED);
        }
        Duration duration = null;
        if (!dryRun) {
            long start = System.nanoTime();
            plan.execute();
            duration = Duration.ofNanos(System.nanoTime() - start);
        }
        print(plan, duration);
        return plan.permitted() ? 0 : ExitCode.REFUSED;
    }

    private void print(HotResetPlan plan, @Nullable Duration duration) {
        if (command.json()) {
            command.printJson(locator, json -> {
                json.flag("hot", true);
                json.flag("dryRun", dryRun);
                json.flag("permitted", plan.permitted());
                json.objects("affected", plan.affected(), FUNCTIONS::write);
                json.numberOrNull("nanoseconds", duration == null ? -1 : duration.toNanos());
            });
            return;
        }
        command.print(FUNCTIONS.table(plan.affected()));
        if (duration != null) {
            command.out().println(locator + " and its bus were reset in " + Durations.text(duration));
        } else if (dryRun) {
            plan.obstacles().forEach(obstacle -> command.out().println("in the way: " + obstacle));
            command.out().println(plan.permitted() ? "nothing is in the way" : "it would be refused");
        }
    }
}
