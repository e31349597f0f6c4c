// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli.device;

import io.jvfio.DeviceLocator;
import io.jvfio.PciAddress;
import io.jvfio.VfioException;
import io.jvfio.cli.command.CommandFailure;
import io.jvfio.cli.command.Converters;
import io.jvfio.cli.command.DeviceCommand;
import io.jvfio.cli.command.Uuids;
import io.jvfio.cli.host.HostJson;
import io.jvfio.cli.host.HostText;
import io.jvfio.cli.out.Properties;
import io.jvfio.cli.out.Table;
import io.jvfio.host.Host;
import io.jvfio.host.HostFunction;
import io.jvfio.host.HostMdev;
import io.jvfio.host.PciIds;
import io.jvfio.host.SriovRole;
import io.jvfio.host.VfioAccess;
import io.jvfio.host.VirtualFunctions;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code jvfio show}. */
@Command(
        name = "show",
        description = "Shows what the host knows of a device and, if it can be opened, what the device says of itself.",
        footer = {"", "Opening a device can reset it; --no-open leaves it alone."})
public final class ShowCommand extends DeviceCommand {
    @Parameters(index = "0", paramLabel = "D", description = "The device.", converter = Converters.Locator.class)
    @SuppressWarnings("NullAway.Init")
    private DeviceLocator locator;

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
            printJson(json -> {
                json.text("device", locator.toString());
                HostFunction function = shown.function();
                if (function != null) {
                    json.object("function", item -> HostJson.function(item, function, names));
                    json.texts("resetMethods", resetMethods(function));
                    VirtualFunctions virtual = environment().host().virtualFunctions(function.address());
                    if (function.sriov() == SriovRole.PF) {
                        json.object("virtualFunctions", item -> {
                            item.number("count", virtual.count());
                            item.number("total", virtual.total());
                            item.texts(
                                    "addresses",
                                    virtual.list().stream()
                                            .map(PciAddress::toString)
                                            .toList());
                        });
                    }
                }
                HostMdev mdev = shown.mdev();
                if (mdev != null) {
                    json.object("mdev", item -> HostJson.mdev(item, mdev));
                }
                DeviceFacts facts = shown.facts();
                if (facts != null) {
                    json.object("opened", item -> DeviceJson.facts(item, facts));
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
        DeviceFacts[] facts = new DeviceFacts[1];
        try {
            with(locator, device -> {
                facts[0] = DeviceFacts.of(device);
                return 0;
            });
        } catch (VfioException | IllegalArgumentException e) {
            // Without a host's view there would be nothing to show.
            if (access == null) {
                throw e;
            }
            return shown.with(null, String.valueOf(e.getMessage()));
        }
        return shown.with(facts[0], "");
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
            properties.add("IOMMU group", HostText.number(shown.mdev().group()));
        }
        VfioAccess access = shown.access();
        if (access != null) {
            properties.add("device node", text(access.cdev()));
            properties.add("group node", text(access.groupNode()));
        }
        DeviceFacts facts = shown.facts();
        if (facts == null) {
            properties.add("not opened", shown.notOpen());
            properties.print(out);
            return;
        }
        properties.add("opened with", facts.space());
        properties.add("IOVAs", DeviceText.ranges(facts.usable()));
        properties.add("limits", DeviceText.limits(facts.limits()));
        properties.add("DMA", facts.coherent() ? "coherent" : "not coherent with CPU caches");
        properties.add("reset", facts.resettable() ? "yes" : "no");
        properties.print(out);
        for (Table table :
                new Table[] {DeviceText.regions(facts), DeviceText.irqs(facts.irqs()), DeviceText.capabilities(facts)
                }) {
            if (!table.isEmpty()) {
                out.println();
                table.print(out, environment().terminal());
            }
        }
    }

    private List<String> resetMethods(HostFunction function) {
        return environment().host().resetMethods(function.address()).enabled();
    }

    private void function(Properties properties, HostFunction function, PciIds names) {
        var ids = function.ids();
        properties.add("name", HostText.name(ids, names));
        properties.add("id", HostText.id(ids) + ", revision " + HostText.digits(ids.revision(), 2));
        properties.add("subsystem", HostText.subsystem(ids));
        properties.add(
                "class",
                HostText.classCode(ids)
                        + names.className(ids.classCode())
                                .map(name -> ", " + name)
                                .orElse(""));
        properties.add("driver", function.driver());
        properties.add("IOMMU group", HostText.number(function.group()));
        properties.add("NUMA node", HostText.number(function.numaNode()));
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

    private static String text(@Nullable Path path) {
        return path == null ? "" : path.toString();
    }
}
