// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli.host;

import io.jvfio.cli.command.CommandFailure;
import io.jvfio.cli.command.Converters;
import io.jvfio.cli.command.ExitCode;
import io.jvfio.cli.command.HostCommand;
import io.jvfio.cli.command.OtherJars;
import io.jvfio.cli.out.Json;
import io.jvfio.cli.out.Table;
import io.jvfio.host.HostFinding;
import io.jvfio.host.HostFinding.Level;
import io.jvfio.host.HostIommu;
import io.jvfio.host.HostMemory;
import io.jvfio.host.HostMemory.HugePages;
import io.jvfio.host.HostMemory.NumaNode;
import io.jvfio.host.HostUser;
import io.jvfio.host.VfioSupport;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code jvfio doctor}. */
@Command(
        name = "doctor",
        description = "Examines whether this user can use VFIO devices on this host, and says what to do about what is"
                + " missing.",
        footer = {
            "",
            "The exit code is 0 if devices can be used, 1 if not. Nothing is opened or changed.",
            "Another user is judged by the permissions of nodes and by configuration; what cannot be known of another"
                    + " user is said."
        })
public final class DoctorCommand extends HostCommand {
    private static final String PLAIN = "\u001b[0m";
    private static final String RED = "\u001b[31m";
    private static final String GREEN = "\u001b[32m";
    private static final String YELLOW = "\u001b[33m";
    private static final int MIB_SHIFT = 20;

    @Option(names = "--user", paramLabel = "NAME", description = "Another user, by name or number.")
    private @Nullable String name;

    /** For picocli. */
    DoctorCommand() {}

    @Override
    public Integer call() {
        HostUser user = name == null
                ? null
                : host().user(name).orElseThrow(() -> new CommandFailure("no user " + name + " on this host"));
        List<HostFinding> findings =
                user == null ? host().examine() : host().seenBy(user).examine();
        boolean ready = findings.stream().noneMatch(finding -> finding.level() == Level.PROBLEM);
        List<OtherJars.Failure> notLoaded = user == null ? environment().jars().failures(jvfio()::warn) : List.of();
        if (json()) {
            printJson(json -> {
                json(json, user, findings, ready);
                if (user == null) {
                    OtherJars.write(json, notLoaded);
                }
            });
        } else {
            print(user, findings, notLoaded, ready);
        }
        return ready ? 0 : ExitCode.FAILED;
    }

    private void print(
            @Nullable HostUser user, List<HostFinding> findings, List<OtherJars.Failure> notLoaded, boolean ready) {
        for (HostFinding finding : findings) {
            String topic = Converters.spelling(finding.topic()).replace('-', ' ');
            out().println(mark(finding.level()) + "  " + topic + ": " + Table.printable(finding.text()));
            if (!finding.remedy().isEmpty()) {
                out().println("         -> " + Table.printable(finding.remedy()));
            }
        }
        for (OtherJars.Failure failure : notLoaded) {
            out().println(mark(Level.NOTE) + "  not loaded: " + Table.printable(failure.toString()));
        }
        for (NumaNode node : host().memory().nodes()) {
            out().println("info     memory node " + node.number() + ": processors " + node.cpus() + ", "
                    + (node.free() >> MIB_SHIFT) + " of " + (node.total() >> MIB_SHIFT) + " MiB free");
        }
        String who = user == null ? "this user can" : "as far as is known, " + Table.printable(user.name()) + " can";
        out().println(ready ? "ready: " + who + " use VFIO devices" : "not ready: see the problems above");
    }

    /** Seven characters wide. */
    private String mark(Level level) {
        String text = switch (level) {
            case OK -> "ok     ";
            case NOTE -> "note   ";
            case PROBLEM -> "problem";
        };
        if (!environment().terminal()) {
            return text;
        }
        String colour = switch (level) {
            case OK -> GREEN;
            case NOTE -> YELLOW;
            case PROBLEM -> RED;
        };
        return colour + text + PLAIN;
    }

    private void json(Json json, @Nullable HostUser user, List<HostFinding> findings, boolean ready) {
        json.flag("ready", ready);
        if (user != null) {
            json.object("user", item -> {
                item.text("name", user.name());
                item.number("uid", user.uid());
                item.texts("groups", user.groups());
            });
        }
        json.objects("findings", findings, (item, finding) -> {
            item.text("topic", Converters.spelling(finding.topic()));
            item.text("level", Converters.spelling(finding.level()));
            item.text("text", finding.text());
            item.text("remedy", finding.remedy().isEmpty() ? null : finding.remedy());
        });
        VfioSupport support = host().support();
        json.text("kernel", support.kernel());
        json.objects("parts", support.parts(), (item, part) -> {
            item.text("module", part.part().module());
            item.text("state", Converters.spelling(part.state()));
        });
        json.objects("iommus", host().iommus(), DoctorCommand::iommu);
        HostMemory memory = host().memory();
        if (user == null) {
            json.numberOrNull("lockableBytes", memory.locking().limit());
        }
        json.objects("hugePages", memory.hugePages(), DoctorCommand::pages);
        json.objects("memoryNodes", memory.nodes(), (item, node) -> {
            item.number("node", node.number());
            item.text("processors", node.cpus());
            item.numberOrNull("totalBytes", node.total());
            item.numberOrNull("freeBytes", node.free());
            item.objects("hugePages", node.hugePages(), DoctorCommand::pages);
        });
    }

    private static void iommu(Json json, HostIommu iommu) {
        json.text("name", iommu.name());
        json.text("kind", Converters.spelling(iommu.kind()));
        json.number("devices", iommu.devices().size());
    }

    private static void pages(Json json, HugePages pages) {
        json.number("size", pages.size());
        json.number("total", pages.total());
        json.number("free", pages.free());
    }
}
