// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli;

import io.jvfio.host.Finding;
import io.jvfio.host.Finding.Level;
import io.jvfio.host.HostIommu;
import io.jvfio.host.HostMemory;
import io.jvfio.host.HostMemory.HugePages;
import io.jvfio.host.HostMemory.NumaNode;
import io.jvfio.host.VfioSupport;
import java.util.List;
import picocli.CommandLine.Command;

/** {@code jvfio doctor}. */
@Command(
        name = "doctor",
        description = "Examines whether this user can use VFIO devices on this host, and says what to do about what is"
                + " missing.",
        footer = {"", "The exit code is 0 if devices can be used, 1 if not. Nothing is opened or changed."})
final class DoctorCommand extends HostCommand {
    private static final String PLAIN = "\u001b[0m";
    private static final String RED = "\u001b[31m";
    private static final String GREEN = "\u001b[32m";
    private static final String YELLOW = "\u001b[33m";
    private static final int MIB_SHIFT = 20;

    /** For picocli. */
    DoctorCommand() {}

    @Override
    public Integer call() {
        List<Finding> findings = host().examine();
        boolean ready = findings.stream().noneMatch(finding -> finding.level() == Level.PROBLEM);
        if (json()) {
            printJson(json -> json(json, findings, ready));
        } else {
            print(findings, ready);
        }
        return ready ? 0 : ExitCode.FAILED;
    }

    private void print(List<Finding> findings, boolean ready) {
        for (Finding finding : findings) {
            String topic = Converters.spelling(finding.topic()).replace('-', ' ');
            out().println(mark(finding.level()) + "  " + topic + ": " + Table.printable(finding.text()));
            if (!finding.remedy().isEmpty()) {
                out().println("         -> " + Table.printable(finding.remedy()));
            }
        }
        for (NumaNode node : host().memory().nodes()) {
            out().println("info     memory node " + node.number() + ": processors " + node.cpus() + ", "
                    + (node.free() >> MIB_SHIFT) + " of " + (node.total() >> MIB_SHIFT) + " MiB free");
        }
        out().println(ready ? "ready: this user can use VFIO devices" : "not ready: see the problems above");
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

    private void json(Json json, List<Finding> findings, boolean ready) {
        json.flag("ready", ready);
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
        json.numberOrNull("lockableBytes", memory.locking().limit());
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
