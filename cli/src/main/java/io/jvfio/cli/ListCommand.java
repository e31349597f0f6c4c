// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli;

import io.jvfio.host.Host;
import io.jvfio.host.HostFunction;
import io.jvfio.host.HostMdev;
import io.jvfio.host.PciIds;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParentCommand;

/** {@code jvfio list}. */
@Command(
        name = "list",
        description = "Lists PCI functions and mediated devices, and how they could be opened.",
        footer = {
            "",
            "The column OPEN says in which ways this process could open the device now, or what is in the way;"
                    + " 'jvfio show D' says more. Nothing is opened."
        })
final class ListCommand implements Callable<Integer> {
    @ParentCommand
    @SuppressWarnings("NullAway.Init")
    private Jvfio jvfio;

    /** For picocli. */
    ListCommand() {}

    @Override
    public Integer call() {
        Host host = jvfio.environment().host();
        List<HostFunction> functions = host.functions();
        List<HostMdev> mdevs = host.mdevs();
        PciIds names = jvfio.environment().names().get();
        if (jvfio.json()) {
            jvfio.out().println(Json.object(jvfio.environment().terminal(), json -> {
                json.number("schema", Jvfio.SCHEMA);
                json.text("command", "list");
                json.objects("functions", functions, (item, function) -> HostJson.function(item, function, names));
                json.objects("mdevs", mdevs, HostJson::mdev);
            }));
        } else {
            print(functions, mdevs, names);
        }
        return 0;
    }

    private void print(List<HostFunction> functions, List<HostMdev> mdevs, PciIds names) {
        PrintWriter out = jvfio.out();
        boolean terminal = jvfio.environment().terminal();
        Table table = new Table("ADDRESS", "ID", "CLASS", "GROUP", "NUMA", "SRIOV", "DRIVER", "OPEN", "NAME");
        for (HostFunction function : functions) {
            table.row(
                    function.address().toString(),
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
}
