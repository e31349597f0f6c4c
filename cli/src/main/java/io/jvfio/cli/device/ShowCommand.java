// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli.device;

import io.jvfio.PciAddress;
import io.jvfio.VfioException;
import io.jvfio.cli.command.CommandFailure;
import io.jvfio.cli.command.Uuids;
import io.jvfio.cli.host.HostColumns;
import io.jvfio.cli.out.Columns;
import io.jvfio.cli.out.Properties;
import io.jvfio.cli.out.Table;
import io.jvfio.host.FunctionIds;
import io.jvfio.host.Host;
import io.jvfio.host.HostFunction;
import io.jvfio.host.HostMdev;
import io.jvfio.host.PciIds;
import io.jvfio.host.SriovRole;
import io.jvfio.host.VfioAccess;
import io.jvfio.host.VirtualFunctions;
import java.io.PrintWriter;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code jvfio show}. */
@Command(
        name = "show",
        description = "Shows what the host knows of a device and, if it can be opened, what the device says of itself.",
        footer = {"", "Opening a device can reset it; --no-open leaves it alone."})
public final class ShowCommand extends OneDeviceCommand {
    private static final Columns<VirtualFunctions> VIRTUAL = new Columns<VirtualFunctions>()
            .number("count", VirtualFunctions::count)
            .number("total", VirtualFunctions::total)
            .texts("addresses", VirtualFunctions::list);

    @Option(names = "--no-open", description = "Show only what can be told without opening the device.")
    private boolean noOpen;

    /** For picocli. */
    ShowCommand() {}

    /**
     * What there is to show.
     *
     * @param function the host's view, or null if it is no function of this host
     * @param mdev the host's view, or null if it is no mediated device of this host
     * @param facts what the device says, or null if it is not open
     * @param notOpen why it is not open; empty if it is
     */
    private record Shown(
            @Nullable HostFunction function,
            @Nullable HostMdev mdev,
            @Nullable DeviceFacts facts,
            String notOpen) {

        @Nullable VfioAccess access() {
            return function != null ? function.access() : mdev != null ? mdev.access() : null;
        }

        Shown with(@Nullable DeviceFacts opened, String reason) {
            return new Shown(function, mdev, opened, reason);
        }
    }

    @Override
    public Integer call() throws Exception {
        Shown shown = open(host());
        PciIds names = environment().names().get();
        if (json()) {
            printJson(locator, json -> {
                HostFunction function = shown.function();
                if (function != null) {
                    json.object("function", item -> HostColumns.functions(names).write(item, function));
                    json.texts("resetMethods", resetMethods(function));
                    if (function.sriov() == SriovRole.PF) {
                        VirtualFunctions virtual = environment().host().virtualFunctions(function.address());
                        json.object("virtualFunctions", item -> VIRTUAL.write(item, virtual));
                    }
                }
                HostMdev mdev = shown.mdev();
                if (mdev != null) {
                    json.object("mdev", item -> HostColumns.MDEVS.write(item, mdev));
                }
                DeviceFacts facts = shown.facts();
                if (facts != null) {
                    json.object("opened", item -> {
                        HostColumns.ids(names).write(item, facts.ids());
                        DeviceColumns.FACTS.write(item, facts);
                    });
                } else {
                    json.text("notOpened", shown.notOpen());
                }
            });
        } else {
            print(shown, names);
        }
        return 0;
    }

    private Shown host() {
        Host host = environment().host();
        if (locator.scheme().equals("mdev")) {
            HostMdev mdev = Uuids.parse(locator.target())
                    .flatMap(host::mdev)
                    .orElseThrow(() -> new CommandFailure("no mediated device " + locator.target() + " on this host"));
            return new Shown(null, mdev, null, "");
        }
        if (!PciAddress.matches(locator.target())) {
            return new Shown(null, null, null, "");
        }
        HostFunction function = host.function(PciAddress.parse(locator.target()))
                .orElseThrow(() -> new CommandFailure("no PCI function " + locator.target() + " on this host"));
        return new Shown(function, null, null, "");
    }

    private Shown open(Shown shown) throws Exception {
        VfioAccess access = shown.access();
        if (noOpen || locator.scheme().equals(ConfigCommand.SYSFS)) {
            return shown.with(null, "not asked for");
        }
        if (access != null && !access.openable()) {
            return shown.with(null, access.reason());
        }
        try {
            return shown.with(with(DeviceFacts::of), "");
        } catch (VfioException | IllegalArgumentException e) {
            // Without a host's view there would be nothing to show.
            if (access == null) {
                throw e;
            }
            return shown.with(null, String.valueOf(e.getMessage()));
        }
    }

    private void print(Shown shown, PciIds names) {
        PrintWriter out = out();
        out.println(locator);
        Properties properties = new Properties();
        if (shown.function() != null) {
            function(properties, shown.function(), names);
        }
        if (shown.mdev() != null) {
            properties.add("parent", shown.mdev().parent());
            properties.add("type", shown.mdev().type());
            properties.add("driver", shown.mdev().driver());
            properties.number("IOMMU group", shown.mdev().group());
        }
        VfioAccess access = shown.access();
        if (access != null) {
            properties.add("device node", access.cdev());
            properties.add("group node", access.groupNode());
        }
        DeviceFacts facts = shown.facts();
        if (facts == null) {
            properties.add("not opened", shown.notOpen());
            properties.print(out);
            return;
        }
        if (shown.function() == null) {
            identity(properties, facts.ids(), names);
        }
        DeviceColumns.FACTS.addTo(properties, facts);
        properties.print(out);
        for (Table table : List.of(
                DeviceColumns.REGIONS.table(facts.regions()),
                DeviceColumns.IRQS.table(facts.irqs()),
                DeviceColumns.CAPABILITIES.table(facts.capabilities()))) {
            if (!table.isEmpty()) {
                out.println();
                print(table);
            }
        }
    }

    private List<String> resetMethods(HostFunction function) {
        return environment().host().resetMethods(function.address()).enabled();
    }

    private void function(Properties properties, HostFunction function, PciIds names) {
        identity(properties, function.ids(), names);
        properties.add("driver", function.driver());
        properties.number("IOMMU group", function.group());
        properties.number("NUMA node", function.numaNode());
        properties.add(
                "behind", function.upstream().stream().map(PciAddress::toString).collect(Collectors.joining(", ")));
        properties.add("reset methods", String.join(", ", resetMethods(function)));
        switch (function.sriov()) {
            case PF -> {
                VirtualFunctions virtual = environment().host().virtualFunctions(function.address());
                properties.add(
                        "SR-IOV",
                        "physical function with " + virtual.count() + " of at most " + virtual.total()
                                + " virtual functions");
            }
            case VF ->
                properties.add(
                        "SR-IOV",
                        "virtual function"
                                + (function.physicalFunction() == null ? "" : " of " + function.physicalFunction()));
            case NONE -> {}
        }
        if (function.access().noIommu()) {
            properties.add("IOMMU", "none: it can reach all memory, and is opened as " + function.locator());
        }
    }

    private static void identity(Properties properties, FunctionIds ids, PciIds names) {
        properties.add("name", HostColumns.name(ids, names));
        properties.add("id", HostColumns.id(ids) + ", revision " + HostColumns.digits(ids.revision(), 2));
        properties.add("subsystem", subsystem(ids));
        properties.add(
                "class",
                HostColumns.digits(ids.classCode(), 6)
                        + names.className(ids.classCode())
                                .map(name -> ", " + name)
                                .orElse(""));
    }

    /** {@code 8086:0000}, or nothing where there is no subsystem. */
    private static String subsystem(FunctionIds ids) {
        return ids.subsystemVendor() <= 0 && ids.subsystem() <= 0
                ? ""
                : HostColumns.digits(ids.subsystemVendor(), 4) + ":" + HostColumns.digits(ids.subsystem(), 4);
    }
}
