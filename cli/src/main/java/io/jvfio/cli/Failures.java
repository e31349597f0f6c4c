// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli;

import io.jvfio.FileFailure;
import io.jvfio.VfioException;
import io.jvfio.binding.BindingException;
import io.jvfio.cli.command.CommandFailure;
import io.jvfio.cli.command.ExitCode;
import io.jvfio.cli.command.OpenFailure;
import io.jvfio.cli.command.RootCommand;
import io.jvfio.cli.out.Json;
import io.jvfio.driver.nvme.NvmeException;
import io.jvfio.host.VirtualFunctionException;
import io.jvfio.variant.VariantException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.util.Objects;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * Tells the user in one line why a command failed, and picks the exit code.
 *
 * <p>Threads: one at a time.
 */
final class Failures implements IExecutionExceptionHandler, IParameterExceptionHandler {
    private final RootCommand jvfio;

    Failures(RootCommand jvfio) {
        this.jvfio = jvfio;
    }

    @Override
    public int handleExecutionException(Exception thrown, CommandLine command, ParseResult parsed) {
        Exception failure = told(thrown);
        if (failure instanceof InterruptedException
                || jvfio.environment().interruption().requested()) {
            return ExitCode.INTERRUPTED;
        }
        command.getOut().flush();
        PrintWriter err = command.getErr();
        err.println("jvfio: " + reason(failure));
        if (jvfio.debug()) {
            failure.printStackTrace(err);
        }
        err.flush();
        if (jvfio.json()) {
            jvfio.environment().out().println(json(command.getCommandName(), failure));
        }
        return code(failure);
    }

    /** A failure of a file that no command has put into words. */
    private static Exception told(Exception failure) {
        if (failure instanceof UncheckedIOException wrapped) {
            return told(Objects.requireNonNull(wrapped.getCause()));
        }
        if (failure instanceof FileSystemException file && file.getFile() != null) {
            return FileFailure.of("open", file.getFile(), file);
        }
        return failure instanceof IOException file && FileFailure.errno(file) != 0
                ? FileFailure.of("read or write", "a file", file)
                : failure;
    }

    private static int code(Exception failure) {
        return switch (failure) {
            case OpenFailure refused -> refused.exitCode();
            case BindingException driver ->
                switch (driver.problem().code().severity()) {
                    case REFUSED -> ExitCode.REFUSED;
                    case AMBIGUOUS -> ExitCode.AMBIGUOUS;
                    case ROLLED_BACK -> ExitCode.ROLLED_BACK;
                    case INCOMPLETE -> ExitCode.INCOMPLETE;
                    case IMPOSSIBLE -> ExitCode.IMPOSSIBLE;
                    case NOT_ACCESSIBLE -> ExitCode.NOT_ACCESSIBLE;
                };
            case VariantException variant ->
                variant.code() == VariantException.Code.AMBIGUOUS_PROVIDER ? ExitCode.AMBIGUOUS : ExitCode.VARIANT;
            case CommandFailure told -> told.exitCode();
            case VirtualFunctionException change ->
                switch (change.outcome()) {
                    case REFUSED -> ExitCode.REFUSED;
                    case ROLLED_BACK -> ExitCode.ROLLED_BACK;
                    case INCOMPLETE -> ExitCode.INCOMPLETE;
                };
            default -> ExitCode.FAILED;
        };
    }

    @Override
    public int handleParseException(ParameterException failure, String[] args) {
        CommandLine command = failure.getCommandLine();
        PrintWriter err = command.getErr();
        err.println("jvfio: " + oneLine(String.valueOf(failure.getMessage())));
        if (!UnmatchedArgumentException.printSuggestions(failure, err) && !Mistyped.suggest(failure, err)) {
            err.println("Try '" + command.getCommandSpec().qualifiedName() + " --help'.");
        }
        if (jvfio.debug()) {
            failure.printStackTrace(err);
        }
        err.flush();
        return ExitCode.USAGE;
    }

    private String json(String command, Exception failure) {
        return Json.object(jvfio.environment().terminal(), json -> {
            json.number("schema", Json.SCHEMA);
            json.text("command", command);
            json.object("error", error -> {
                error.text("message", reason(failure));
                if (failure instanceof BindingException driver) {
                    error.text("code", driver.problem().name());
                    error.text("detail", driver.problem().detail());
                    error.text("hint", driver.problem().hint());
                }
                if (failure instanceof VariantException variant) {
                    error.text("code", variant.code().name());
                }
                if (failure instanceof VfioException refused) {
                    error.text("call", refused.call());
                    error.number("errno", refused.errno());
                    error.text("name", refused.name());
                    error.text("subject", refused.subject());
                    error.text("hint", refused.hint());
                }
            });
        });
    }

    /** What went wrong. What is no message for people comes from a defect of ours and names its class. */
    private static String reason(Exception failure) {
        String message = failure.getMessage();
        boolean meant = failure instanceof VfioException
                || failure instanceof CommandFailure
                || failure instanceof BindingException
                || failure instanceof VariantException
                || failure instanceof NvmeException
                || failure instanceof IllegalArgumentException
                || failure instanceof IllegalStateException
                || failure instanceof IndexOutOfBoundsException;
        return meant && message != null && !message.isBlank()
                ? oneLine(message)
                : oneLine("unexpected " + failure + "; --debug shows where");
    }

    private static String oneLine(String text) {
        return String.join(" ", text.split("\\s*\\R\\s*"));
    }
}
