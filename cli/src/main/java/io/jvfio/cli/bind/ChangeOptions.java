// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli.bind;

import io.jvfio.binding.BindResult.Change;
import io.jvfio.cli.command.Subcommand;
import io.jvfio.cli.out.Json;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** How drivers are changed, and how it is told. Threads: one at a time. */
final class ChangeOptions {
    @Option(names = "--dry-run", description = "Only print what would be done, as lines of a shell.")
    private boolean dryRun;

    @Option(
            names = "--timeout",
            paramLabel = "SECONDS",
            defaultValue = "10",
            description = "How long the kernel may take for each step (${DEFAULT-VALUE}).")
    private int timeout;

    /** For picocli. */
    ChangeOptions() {}

    boolean dryRun() {
        return dryRun;
    }

    Duration patience(Subcommand command) {
        return command.timeout(timeout);
    }

    /** What would be done. */
    void print(Subcommand command, List<String> lines) {
        if (command.json()) {
            command.printJson(json -> {
                json.flag("dryRun", dryRun);
                json.texts("steps", lines);
            });
        } else {
            lines.forEach(command.out()::println);
        }
    }

    static void print(PrintWriter out, List<Change> changes) {
        for (Change change : changes) {
            out.println(change.address() + ": " + driver(change.from()) + " -> " + driver(change.to()));
        }
    }

    private static String driver(String name) {
        return name.isEmpty() ? "no driver" : name;
    }

    static void changes(Json json, List<Change> changes) {
        json.objects("changes", changes, (item, change) -> {
            item.text("address", change.address().toString());
            item.text("from", change.from().isEmpty() ? null : change.from());
            item.text("to", change.to().isEmpty() ? null : change.to());
        });
    }

    /** What to do when a driver refuses a device: whether to try another. */
    static final class Failing implements ITypeConverter<Boolean> {
        /** For picocli. */
        Failing() {}

        @Override
        public Boolean convert(String text) {
            return switch (text) {
                case "error" -> false;
                case "next" -> true;
                default -> throw new TypeConversionException("'" + text + "' is neither error nor next");
            };
        }
    }
}
