// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli;

import io.jvfio.PciAddress;
import io.jvfio.host.driver.DriverRequest;
import io.jvfio.host.driver.Explanation;
import io.jvfio.host.driver.HostRecording;
import io.jvfio.host.driver.KernelDrivers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

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
final class ExplainCommand implements Callable<Integer> {
    @ParentCommand
    @SuppressWarnings("NullAway.Init")
    private Jvfio jvfio;

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

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
        if (jvfio.json()) {
            jvfio.out().println(Json.object(jvfio.environment().terminal(), json -> {
                json.number("schema", Jvfio.SCHEMA);
                json.text("command", "explain");
                ExplainJson.write(json, explanation);
            }));
        } else {
            ExplainText.lines(explanation).forEach(jvfio.out()::println);
        }
        return 0;
    }

    private Explanation explanation(DriverRequest request) {
        if (address != null) {
            PciAddress asked = address;
            return jvfio.environment()
                    .drivers()
                    .explain(asked, request)
                    .orElseThrow(() -> new CommandFailure("no PCI function " + asked + " on this host"));
        }
        if (snapshot == null) {
            throw new ParameterException(spec.commandLine(), "a device D or a snapshot is needed");
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
