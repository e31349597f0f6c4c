// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli.host;

import io.jvfio.PciAddress;
import io.jvfio.cli.command.Subcommand;
import io.jvfio.cli.out.Columns;
import io.jvfio.cli.out.Table;
import io.jvfio.host.Host;
import io.jvfio.host.HostFunction;
import io.jvfio.host.HostGroup;
import io.jvfio.host.HostMdev;
import io.jvfio.host.VfioAccess;
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
        Columns<HostFunction> columns =
                HostColumns.functions(environment().names().get());
        if (json()) {
            printJson(json -> {
                json.objects("functions", functions, columns::write);
                json.objects("mdevs", mdevs, HostColumns.MDEVS::write);
            });
        } else {
            print(functions, columns);
            if (!mdevs.isEmpty()) {
                out().println();
                print(HostColumns.MDEVS.table(mdevs));
            }
        }
        return 0;
    }

    private void print(List<HostFunction> functions, Columns<HostFunction> columns) {
        if (functions.isEmpty()) {
            out().println("no PCI functions");
            return;
        }
        boolean tree = shape != null && shape.tree;
        if (tree) {
            columns.column(
                    "ADDRESS", function -> "  ".repeat(function.upstream().size()) + function.address());
        }
        Table table = columns.table(
                tree ? inTreeOrder(functions) : functions,
                "ADDRESS",
                "ID",
                "CLASS",
                "GROUP",
                "NUMA",
                "SRIOV",
                "DRIVER",
                "OPEN",
                "NAME");
        Set<String> open = functions.stream()
                .map(HostFunction::access)
                .filter(VfioAccess::openable)
                .map(HostColumns::open)
                .collect(Collectors.toSet());
        table.judge("OPEN", open::contains);
        print(table);
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
            printJson(json -> json.objects("groups", groups, HostColumns.GROUPS::write));
            return;
        }
        record Row(HostGroup group, HostGroup.Member member) {}
        List<Row> rows = groups.stream()
                .flatMap(group -> group.members().stream().map(member -> new Row(group, member)))
                .toList();
        if (rows.isEmpty()) {
            out().println("no IOMMU groups: 'jvfio doctor' says why");
            return;
        }
        Table table = new Columns<Row>()
                .columns(Row::group, HostColumns.GROUPS)
                .columns(Row::member, HostColumns.MEMBERS)
                .table(rows);
        table.judge("VFIO", "viable"::equals);
        print(table);
    }
}
