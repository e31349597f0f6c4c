// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli.bind;

import io.jvfio.PciAddress;
import io.jvfio.binding.BindRequest;
import io.jvfio.binding.Explanation;
import io.jvfio.binding.HostRecording;
import io.jvfio.binding.KernelDrivers;
import io.jvfio.cli.command.CommandFailure;
import io.jvfio.cli.command.Converters;
import io.jvfio.cli.command.OtherJars;
import io.jvfio.cli.command.Subcommand;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code jvfio explain}. */
@Command(
        name = "explain",
        description =
                "Says which kernel driver a device should have, why, and what speaks against it. Changes nothing.",
        footer = {
            "",
            "A snapshot holds all that was read of the host, and no data of disks: with it the choice can be made again,"
                    + " or another be tried, on any machine."
        })
public final class ExplainCommand extends Subcommand {
    @Mixin
    private final DriverOptions options = new DriverOptions();

    @Option(
            names = "--snapshot",
            paramLabel = "FILE",
            description = "With D: write what was read into a new file. Without: explain what is in the file.")
    private @Nullable Path snapshot;

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "D",
            description = "The PCI function.",
            converter = Converters.Address.class)
    private @Nullable PciAddress address;

    /** For picocli. */
    ExplainCommand() {}

    @Override
    public Integer call() {
        Explanation explanation = explanation(options.request());
        if (address != null && snapshot != null) {
            write(snapshot, explanation.recording());
        }
        List<OtherJars.Failure> notLoaded =
                address == null ? List.of() : environment().jars().failures(jvfio()::warn);
        if (json()) {
            printJson(json -> {
                ExplainJson.write(json, explanation);
                OtherJars.write(json, notLoaded);
            });
        } else {
            ExplainText.lines(explanation, notLoaded).forEach(out()::println);
        }
        return 0;
    }

    private Explanation explanation(BindRequest request) {
        if (address != null) {
            PciAddress asked = address;
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
        try {
            return SnapshotJson.read(Files.readString(file));
        } catch (IOException e) {
            throw new CommandFailure("cannot read " + file + ": " + e);
        }
    }

    private static void write(Path file, HostRecording recording) {
        try {
            Files.writeString(file, SnapshotJson.text(recording), StandardOpenOption.CREATE_NEW);
        } catch (IOException | UncheckedIOException e) {
            throw new CommandFailure("cannot write " + file + ": " + e);
        }
    }
}
