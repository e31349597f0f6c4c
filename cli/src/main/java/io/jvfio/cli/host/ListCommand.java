// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli.host;

import io.jvfio.PciAddress;
import io.jvfio.cli.command.Converters;
import io.jvfio.cli.command.Subcommand;
import io.jvfio.cli.out.Table;
import io.jvfio.host.Host;
import io.jvfio.host.HostFunction;
import io.jvfio.host.HostGroup;
import io.jvfio.host.HostMdev;
import io.jvfio.host.PciIds;
import java.io.PrintWriter;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code jvfio list}. */
@Command(
        name = "list",
        description = "Lists PCI functions and mediated devices, and how they could be opened.",
        footer = {
            "",
            "The column OPEN says in which ways this process could open the device now, or what is in the way;"
                    + " 'jvfio show D' says more. Nothing is opened."
        })
public final class ListCommand extends Subcommand {
    @ArgGroup
    private @Nullable Shape shape;

    /** How to arrange them. */
    private static final class Shape {
        @Option(names = "--tree", description = "Functions below the bridge that they are behind.")
        private boolean tree;

        @Option(names = "--groups", description = "IOMMU groups with their members, and who keeps VFIO from them.")
        private boolean groups;
    }

    /** For picocli. */
    ListCommand() {}

    @Override
    public Integer call() {
        Host host = environment().host();
        if (shape != null && shape.groups) {
            listGroups(host.groups());
            return 0;
        }
        List<HostFunction> functions = host.functions();
        List<HostMdev> mdevs = host.mdevs();
        PciIds names = environment().names().get();
        if (json()) {
            printJson(json -> {
                json.objects("functions", functions, (item, function) -> HostJson.function(item, function, names));
                json.objects("mdevs", mdevs, HostJson::mdev);
            });
        } else {
            print(functions, mdevs, names);
        }
        return 0;
    }

    private void print(List<HostFunction> functions, List<HostMdev> mdevs, PciIds names) {
        PrintWriter out = out();
        boolean terminal = environment().terminal();
        Table table = new Table("ADDRESS", "ID", "CLASS", "GROUP", "NUMA", "SRIOV", "DRIVER", "OPEN", "NAME");
        Set<String> open = functions.stream()
                .filter(function -> function.access().openable())
                .map(function -> HostText.open(function.access()))
                .collect(Collectors.toSet());
        table.judge("OPEN", open::contains);
        boolean tree = shape != null && shape.tree;
        for (HostFunction function : tree ? inTreeOrder(functions) : functions) {
            table.row(
                    (tree ? "  ".repeat(function.upstream().size()) : "") + function.address(),
                    HostText.id(function.ids()),
                    HostText.classCode(function.ids()),
                    HostText.number(function.group()),
                    HostText.number(function.numaNode()),
                    HostText.sriov(function.sriov()),
                    function.driver(),
                    HostText.open(function.access()),
                    HostText.name(function.ids(), names));
        }
        if (table.isEmpty()) {
            out.println("no PCI functions");
        } else {
            table.print(out, terminal);
        }
        Table mediated = new Table("MEDIATED DEVICE", "PARENT", "TYPE", "GROUP", "DRIVER", "OPEN");
        for (HostMdev mdev : mdevs) {
            mediated.row(
                    mdev.locator().toString(),
                    mdev.parent(),
                    mdev.type(),
                    HostText.number(mdev.group()),
                    mdev.driver(),
                    HostText.open(mdev.access()));
        }
        if (!mediated.isEmpty()) {
            out.println();
            mediated.print(out, terminal);
        }
    }

    /** Each function behind the bridge above it. Bridges have lower addresses than what is behind them, or another bus. */
    private static List<HostFunction> inTreeOrder(List<HostFunction> functions) {
        Map<PciAddress, List<HostFunction>> children = new HashMap<>();
        Set<PciAddress> present = functions.stream().map(HostFunction::address).collect(Collectors.toSet());
        List<HostFunction> ordered = new ArrayList<>();
        List<HostFunction> roots = new ArrayList<>();
        for (HostFunction function : functions) {
            function.parent()
                    .filter(present::contains)
                    .map(parent -> children.computeIfAbsent(parent, any -> new ArrayList<>()))
                    .orElse(roots)
                    .add(function);
        }
        Deque<HostFunction> pending = new ArrayDeque<>(roots);
        while (!pending.isEmpty()) {
            HostFunction next = pending.pop();
            ordered.add(next);
            List<HostFunction> below = children.getOrDefault(next.address(), List.of());
            below.reversed().forEach(pending::push);
        }
        return ordered;
    }

    private void listGroups(List<HostGroup> groups) {
        if (json()) {
            printJson(json -> json.objects("groups", groups, HostJson::group));
            return;
        }
        Table table = new Table("GROUP", "TYPE", "VFIO", "MEMBER", "DRIVER", "ROLE");
        table.judge("VFIO", "viable"::equals);
        for (HostGroup group : groups) {
            String viable = group.noIommu() ? "unsafe" : group.viable() ? "viable" : "blocked";
            for (HostGroup.Member member : group.members()) {
                table.row(
                        String.valueOf(group.number()),
                        group.type(),
                        viable,
                        member.name(),
                        member.driver(),
                        Converters.spelling(member.role()));
            }
        }
        if (table.isEmpty()) {
            out().println("no IOMMU groups: 'jvfio doctor' says why");
        } else {
            table.print(out(), environment().terminal());
        }
    }
}
