// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.lab;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.TestTag;
import org.junit.platform.engine.support.descriptor.ClassSource;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.TestPlan;

/**
 * Writes one line for each test that starts and each that ends, for the guest lab's summary, and shows the progress on
 * standard output. It does nothing unless the system property {@value #FILE_PROPERTY} names a file.
 *
 * <p>Fields are separated by tabs: {@code start}, class, name; or {@code end}, class, name, access mode, outcome
 * ({@code passed}, {@code failed}, {@code skipped}), milliseconds, reason. The access mode is what the nearest of the test
 * and its containers says, by {@code [mode=type1v2]} in the display name or by the tag {@code mode-type1v2}; else a dash.
 *
 * <p>Threads: thread-safe, as the launcher may call it from several.
 */
public final class LabResults implements TestExecutionListener {

    static final String FILE_PROPERTY = "jvfio.lab.results";

    private static final Pattern MODE_IN_NAME = Pattern.compile("\\[mode=([a-z0-9-]+)]");
    private static final String MODE_TAG = "mode-";
    private static final String NO_MODE = "-";

    private final @Nullable Path file;
    private final PrintStream progress = System.out;
    private final Map<String, Long> started = new ConcurrentHashMap<>();
    private volatile @Nullable TestPlan plan;

    /** Made by the launcher through the service loader. */
    public LabResults() {
        String name = System.getProperty(FILE_PROPERTY);
        this.file = name == null ? null : Path.of(name);
    }

    @Override
    public void testPlanExecutionStarted(TestPlan testPlan) {
        plan = testPlan;
    }

    @Override
    public void executionStarted(TestIdentifier test) {
        started.put(test.getUniqueId(), System.nanoTime());
        if (test.isTest()) {
            write("start", className(test), nameBelowClass(test));
        }
    }

    @Override
    public void executionFinished(TestIdentifier test, TestExecutionResult result) {
        boolean successful = result.getStatus() == TestExecutionResult.Status.SUCCESSFUL;
        if (test.isContainer() && successful) {
            return;
        }
        String outcome = switch (result.getStatus()) {
            case SUCCESSFUL -> "passed";
            case ABORTED -> "skipped";
            case FAILED -> "failed";
        };
        end(test, outcome, result.getThrowable().map(Throwable::toString).orElse(""));
        if (file != null && outcome.equals("failed")) {
            result.getThrowable().ifPresent(problem -> problem.printStackTrace(progress));
        }
    }

    @Override
    public void executionSkipped(TestIdentifier test, String reason) {
        end(test, "skipped", reason);
    }

    private void end(TestIdentifier test, String outcome, String reason) {
        if (file == null) {
            return;
        }
        Long start = started.remove(test.getUniqueId());
        long milliseconds = start == null ? 0 : (System.nanoTime() - start) / 1_000_000;
        String mode = mode(test);
        String className = className(test);
        String name = nameBelowClass(test);
        write("end", className, name, mode, outcome, Long.toString(milliseconds), reason);
        String simpleName = className.substring(className.lastIndexOf('.') + 1);
        String suffix = outcome.equals("passed") ? "" : ": " + firstLine(reason);
        progress.printf("%-7s %6d ms  %-14s %s > %s%s%n", outcome, milliseconds, mode, simpleName, name, suffix);
    }

    private String mode(TestIdentifier test) {
        for (Optional<TestIdentifier> at = Optional.of(test); at.isPresent(); at = parent(at.get())) {
            Matcher matcher = MODE_IN_NAME.matcher(at.get().getDisplayName());
            if (matcher.find()) {
                return matcher.group(1);
            }
        }
        return test.getTags().stream()
                .map(TestTag::getName)
                .filter(tag -> tag.startsWith(MODE_TAG))
                .map(tag -> tag.substring(MODE_TAG.length()))
                .sorted()
                .collect(Collectors.collectingAndThen(
                        Collectors.joining("+"), modes -> modes.isEmpty() ? NO_MODE : modes));
    }

    private String className(TestIdentifier test) {
        for (Optional<TestIdentifier> at = Optional.of(test); at.isPresent(); at = parent(at.get())) {
            Optional<String> name = at.get().getSource().map(source -> switch (source) {
                case MethodSource method -> method.getClassName();
                case ClassSource type -> type.getClassName();
                default -> "";
            });
            if (name.isPresent() && !name.get().isEmpty()) {
                return name.get();
            }
        }
        return NO_MODE;
    }

    /** The display names from below the class down to the test: a parameterized test has its method's name in between. */
    private String nameBelowClass(TestIdentifier test) {
        if (test.getSource().filter(ClassSource.class::isInstance).isPresent()) {
            return "(class) " + test.getDisplayName();
        }
        String above = parent(test)
                .filter(container -> container.getSource().isPresent())
                .filter(container -> container
                        .getSource()
                        .filter(MethodSource.class::isInstance)
                        .isPresent())
                .map(container -> nameBelowClass(container) + " ")
                .orElse("");
        return above + test.getDisplayName();
    }

    private Optional<TestIdentifier> parent(TestIdentifier test) {
        TestPlan current = plan;
        return current == null ? Optional.empty() : current.getParent(test);
    }

    private void write(String... fields) {
        if (file == null) {
            return;
        }
        StringBuilder line = new StringBuilder();
        for (String field : fields) {
            line.append(line.isEmpty() ? "" : "\t").append(field.replaceAll("[\\t\\r\\n]+", " "));
        }
        synchronized (this) {
            try {
                Files.writeString(file, line.append('\n'), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private static String firstLine(String text) {
        return text.lines().findFirst().orElse("");
    }
}
