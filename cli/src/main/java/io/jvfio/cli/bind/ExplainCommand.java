// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli.bind;

import io.jvfio.DeviceLocator;
import io.jvfio.FileFailure;
import io.jvfio.PciAddress;
import io.jvfio.Vfio;
import io.jvfio.VfioException;
import io.jvfio.binding.BindRequest;
import io.jvfio.binding.DeviceSnapshot;
import io.jvfio.binding.Explanation;
import io.jvfio.binding.HostRecording;
import io.jvfio.binding.KernelDrivers;
import io.jvfio.cli.command.CommandFailure;
import io.jvfio.cli.command.Converters;
import io.jvfio.cli.command.DeviceCommand;
import io.jvfio.cli.command.OpenFailure;
import io.jvfio.cli.command.OtherJars;
import io.jvfio.host.HostFunction;
import io.jvfio.host.SriovRole;
import io.jvfio.variant.DeviceIdentity;
import io.jvfio.variant.DeviceStack;
import io.jvfio.variant.FunctionFacts;
import io.jvfio.variant.StackReport;
import io.jvfio.variant.VariantException;
import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code jvfio explain}. */
@Command(
        name = "explain",
        description =
                "Says which kernel driver a device should have, what drives it in Java, why, and what speaks against it.",
        footer = {
            "",
            "Nothing is changed. A device of the kernel is opened only with --open, which resets it; without, layers of Java"
                    + " and what a variant asks of the open device are left open. Other devices are opened.",
            "A snapshot holds all that was read of the host, and no data of disks: with it the choice can be made again,"
                    + " or another be tried, on any machine."
        })
public final class ExplainCommand extends DeviceCommand {
    @Mixin
    private final DriverOptions driver = new DriverOptions();

    @Option(
            names = "--snapshot",
            paramLabel = "FILE",
            description = "With D: write what was read into a new file. Without: explain what is in the file.")
    private @Nullable Path snapshot;

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "D",
            description = "The device.",
            converter = Converters.Locator.class)
    private @Nullable DeviceLocator locator;

    @Option(names = "--open", description = "Open the device, which resets it, and tell all that is put on it.")
    private boolean open;

    /** For picocli. */
    ExplainCommand() {}

    @Override
    public Integer call() throws Exception {
        DeviceLocator asked = locator;
        List<OtherJars.Failure> notLoaded =
                asked == null ? List.of() : environment().jars().failures(jvfio()::warn);
        if (asked != null && !PciAddress.matches(asked.target())) {
            explainStack(asked, opened(asked), notLoaded);
            return 0;
        }
        Explanation explanation = explanation(driver.request());
        if (asked != null && snapshot != null) {
            write(snapshot, explanation.recording());
        }
        StackReport stack = asked != null && open ? opened(asked) : ranked(explanation.device());
        if (json()) {
            printJson(json -> {
                ExplainJson.write(json, explanation);
                StackText.write(json, stack);
                OtherJars.write(json, notLoaded);
            });
        } else {
            ExplainText.lines(explanation, stack, notLoaded).forEach(out()::println);
        }
        return 0;
    }

    private void explainStack(DeviceLocator device, StackReport stack, List<OtherJars.Failure> notLoaded) {
        if (snapshot != null) {
            throw usage("a snapshot is of a PCI function of this host");
        }
        if (json()) {
            printJson(json -> {
                json.object("device", item -> item.text("locator", device.toString()));
                StackText.write(json, stack);
                OtherJars.write(json, notLoaded);
            });
        } else {
            ExplainText.stackLines(device.toString(), stack, notLoaded).forEach(out()::println);
        }
    }

    /** What is put on a device, by putting it there. */
    private StackReport opened(DeviceLocator device) {
        try (Vfio vfio = Vfio.create(providers())) {
            DeviceStack stack = vfio.openStack(device, options());
            stack.device().close();
            return stack.report();
        } catch (VfioException e) {
            throw new OpenFailure(device, e, environment().access(device));
        } catch (VariantException e) {
            StackReport report = e.report();
            if (report == null) {
                throw e;
            }
            return report;
        }
    }

    /** What would be put on a device, by what is known of it without opening it. */
    private StackReport ranked(DeviceSnapshot device) {
        SriovRole sriov = device.virtual()
                ? SriovRole.VF
                : environment()
                        .host()
                        .function(device.address())
                        .map(HostFunction::sriov)
                        .orElse(SriovRole.NONE);
        try (Vfio vfio = Vfio.create(providers())) {
            return vfio.rankVariants(
                    new DeviceIdentity(
                            device.modalias(),
                            Math.max(device.revision(), 0),
                            Optional.of(new FunctionFacts(
                                    device.address(), sriov, Optional.ofNullable(device.driver()), device.numaNode()))),
                    options());
        }
    }

    private Explanation explanation(BindRequest request) {
        DeviceLocator named = locator;
        if (named != null) {
            PciAddress asked = PciAddress.parse(named.target());
            return environment()
                    .drivers()
                    .explain(asked, request)
                    .orElseThrow(() -> new CommandFailure("no PCI function " + asked + " on this host"));
        }
        if (snapshot == null) {
            throw usage("a device D or a snapshot is needed");
        }
        Path file = snapshot;
        return KernelDrivers.replay(read(file), request)
                .orElseThrow(() -> new CommandFailure(file + " has nothing of its function"));
    }

    private static HostRecording read(Path file) {
        String text;
        try {
            text = Files.readString(file);
        } catch (MalformedInputException e) {
            throw new CommandFailure(file + " is no snapshot: it is no text");
        } catch (IOException e) {
            throw FileFailure.of("read", file, e);
        }
        try {
            return SnapshotJson.read(text);
        } catch (IOException e) {
            throw new CommandFailure(file + " is no snapshot: " + e.getMessage());
        }
    }

    private static void write(Path file, HostRecording recording) {
        try {
            Files.writeString(file, SnapshotJson.text(recording), StandardOpenOption.CREATE_NEW);
        } catch (IOException e) {
            throw FileFailure.of("write", file, e);
        }
    }
}
