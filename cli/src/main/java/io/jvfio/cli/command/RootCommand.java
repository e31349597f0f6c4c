// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli.command;

import io.jvfio.device.OpenOptions.IommuChoice;
import java.io.PrintWriter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** What is above all commands: the options that they share, where they work and where they write. */
@Command
public abstract class RootCommand {
    private final Environment environment;

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            scope = ScopeType.INHERIT,
            description = "Print this help.")
    @SuppressWarnings("unused") // picocli acts on it
    private boolean help;

    @Option(
            names = {"-V", "--version"},
            versionHelp = true,
            description = "Print the version.")
    @SuppressWarnings("unused") // picocli acts on it
    private boolean version;

    @Option(names = "--json", scope = ScopeType.INHERIT, description = "Print one JSON object.")
    private boolean json;

    @Option(names = "--debug", scope = ScopeType.INHERIT, description = "With an error, print where it came from.")
    private boolean debug;

    @Option(
            names = "--iommu",
            scope = ScopeType.INHERIT,
            paramLabel = "KIND",
            converter = IommuKinds.class,
            completionCandidates = IommuKinds.class,
            description = "How to open devices of the kernel: ${COMPLETION-CANDIDATES}.")
    private IommuChoice iommu = IommuChoice.AUTO;

    public RootCommand(Environment environment) {
        this.environment = environment;
    }

    public final Environment environment() {
        return environment;
    }

    final PrintWriter out() {
        return environment.out();
    }

    final PrintWriter err() {
        return spec.commandLine().getErr();
    }

    /** Tells a reason that does not end the command. */
    public final void warn(String reason) {
        out().flush();
        err().println("jvfio: " + reason);
        err().flush();
    }

    public final boolean json() {
        return json;
    }

    public final boolean debug() {
        return debug;
    }

    final IommuChoice iommu() {
        return iommu;
    }

    /** The kinds of IOMMU interface. */
    static final class IommuKinds extends Converters.Spelled<IommuChoice> {
        /** For picocli. */
        IommuKinds() {
            super(IommuChoice.values(), "kind of IOMMU interface");
        }
    }
}
