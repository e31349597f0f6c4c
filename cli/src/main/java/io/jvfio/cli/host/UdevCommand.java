// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli.host;

import io.jvfio.DeviceLocator;
import io.jvfio.PciAddress;
import io.jvfio.cli.command.Converters;
import io.jvfio.cli.command.HostCommand;
import io.jvfio.host.HostGroup;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code jvfio udev}. */
@Command(
        name = "udev",
        description = "Prints the udev rules that give devices to a user or a group.",
        footer = {
            "",
            "Save them as /etc/udev/rules.d/70-jvfio.rules, then run 'udevadm control --reload' and 'udevadm trigger"
                    + " --subsystem-match=vfio --subsystem-match=vfio-dev --subsystem-match=misc'."
        })
public final class UdevCommand extends HostCommand {
    /** What can stand between quotes in a rule: names as useradd(8) takes them, and numbers. */
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.-]{0,31}\\$?");

    @Parameters(arity = "1..*", paramLabel = "D", description = "The devices.", converter = Converters.Locator.class)
    @SuppressWarnings("NullAway.Init")
    private List<DeviceLocator> locators;

    @ArgGroup(multiplicity = "1")
    @SuppressWarnings("NullAway.Init")
    private Receiver receiver;

    /** For picocli. */
    UdevCommand() {}

    /** Who gets the devices. */
    private static final class Receiver {
        @Option(names = "--user", paramLabel = "USER", description = "The user who gets them.")
        private String user = "";

        @Option(names = "--group", paramLabel = "GROUP", description = "The group that gets them.")
        private String group = "";

        String name() {
            return user.isEmpty() ? group : user;
        }

        /** What a rule assigns. */
        String assignment() {
            return user.isEmpty() ? "GROUP=\"" + group + "\", MODE=\"0660\"" : "OWNER=\"" + user + "\", MODE=\"0600\"";
        }
    }

    @Override
    public Integer call() {
        if (!NAME.matcher(receiver.name()).matches()) {
            throw usage("'" + receiver.name() + "' is no name of a user or group");
        }
        List<Seen> devices = locators.stream().map(this::seen).toList();
        List<String> rules = rules(devices);
        if (json()) {
            printJson(json -> {
                json.texts("devices", locators);
                json.texts("rules", rules);
                json.texts("warnings", warnings(devices));
            });
            return 0;
        }
        out().println("# VFIO devices for " + (receiver.user.isEmpty() ? "group " : "user ") + receiver.name() + ": "
                + devices.stream().map(Seen::name).collect(Collectors.joining(", ")));
        warnings(devices).forEach(warning -> out().println("# " + warning));
        rules.forEach(out()::println);
        return 0;
    }

    private List<String> rules(List<Seen> devices) {
        String assignment = receiver.assignment();
        Set<String> rules = new LinkedHashSet<>();
        rules.add("SUBSYSTEM==\"misc\", KERNEL==\"iommu\", " + assignment);
        for (Seen device : devices) {
            rules.add("SUBSYSTEM==\"vfio-dev\", KERNELS==\"" + device.name() + "\", " + assignment);
            if (device.group() >= 0) {
                rules.add("SUBSYSTEM==\"vfio\", KERNEL==\"" + groupNode(device) + "\", " + assignment);
            }
        }
        return List.copyOf(rules);
    }

    private static String groupNode(Seen device) {
        Path node = device.access().groupNode();
        return node == null
                ? String.valueOf(device.group())
                : node.getFileName().toString();
    }

    private boolean isBridge(String name) {
        return PciAddress.matches(name)
                && host().function(PciAddress.parse(name))
                        .filter(function -> function.ids().isPciBridge())
                        .isPresent();
    }

    /** What whoever installs the rules should know. */
    private List<String> warnings(List<Seen> devices) {
        Set<String> named = devices.stream().map(Seen::name).collect(Collectors.toSet());
        List<String> warnings = new ArrayList<>();
        for (Seen device : devices) {
            if (device.access().noIommu()) {
                warnings.add(device.name() + " has no IOMMU: who uses it needs CAP_SYS_RAWIO as well, and can reach all"
                        + " memory");
            }
            if (device.group() >= 0) {
                String others = host().group(device.group()).stream()
                        .flatMap(group -> group.members().stream())
                        .map(HostGroup.Member::name)
                        .filter(name -> !named.contains(name) && !isBridge(name))
                        .collect(Collectors.joining(", "));
                if (!others.isEmpty()) {
                    warnings.add("group " + device.group() + " of " + device.name()
                            + " has other devices, which go with" + " its node: " + others);
                }
            }
        }
        if (devices.stream().anyMatch(device -> device.group() >= 0)) {
            warnings.add("groups are numbered at boot: print the rules anew when cards are added or moved");
        }
        return warnings;
    }
}
