// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.lab;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.platform.engine.Filter;
import org.junit.platform.engine.FilterResult;
import org.junit.platform.engine.TestDescriptor;
import org.junit.platform.engine.discovery.ClassNameFilter;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.PostDiscoveryFilter;
import org.junit.platform.launcher.TagFilter;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;
import org.junit.platform.reporting.legacy.xml.LegacyXmlReportGeneratingListener;

/**
 * Runs the {@code *KernelIT} classes in the guest. JUnit's own console launcher does the same, but parses its command line
 * for many seconds in software emulation. {@link LabResults} shows the progress.
 */
public final class LabRunner {

    private static final String KERNEL_TEST = ".*KernelIT";
    private static final String SHORT = "jvfio.lab.short";

    private LabRunner() {}

    /**
     * Ends the JVM with 0 if no test failed, also if there was none to run, else with 1.
     *
     * @param arguments the root of the test classes; the folder for XML reports; then any of {@code --include-tag=TAG},
     *     {@code --exclude-tag=TAG} and {@code --only=CLASS#METHOD}, both regular expressions that may match a part, the
     *     second optional
     */
    public static void main(String[] arguments) {
        PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
        SummaryGeneratingListener summary = new SummaryGeneratingListener();
        System.setProperty(SHORT, Boolean.toString(options(arguments).contains("--exclude-tag=long")));
        LauncherDiscoveryRequest request = request(Path.of(arguments[0]), options(arguments));
        try (LauncherSession session = LauncherFactory.openSession()) {
            session.getLauncher()
                    .execute(request, summary, new LegacyXmlReportGeneratingListener(Path.of(arguments[1]), out));
        }
        TestExecutionSummary result = summary.getSummary();
        System.exit(result.getTotalFailureCount() == 0 ? 0 : 1);
    }

    /** Whether tests tagged {@code long} are left out: what repeats itself in every mode can do with less then. */
    public static boolean isShort() {
        return Boolean.getBoolean(SHORT);
    }

    private static List<String> options(String[] arguments) {
        return Arrays.asList(arguments).subList(2, arguments.length);
    }

    private static LauncherDiscoveryRequest request(Path classes, List<String> options) {
        List<Filter<?>> filters = new ArrayList<>();
        String classPattern = KERNEL_TEST;
        for (String option : options) {
            String[] parts = option.split("=", 2);
            switch (parts[0]) {
                case "--include-tag" -> filters.add(TagFilter.includeTags(parts[1]));
                case "--exclude-tag" -> filters.add(TagFilter.excludeTags(parts[1]));
                case "--only" -> {
                    String[] only = parts[1].split("#", 2);
                    classPattern = ".*(?:" + only[0] + ").*";
                    filters.add(ClassNameFilter.includeClassNamePatterns(KERNEL_TEST));
                    if (only.length == 2) {
                        filters.add(methodFilter(Pattern.compile(only[1])));
                    }
                }
                default -> throw new IllegalArgumentException(option);
            }
        }
        filters.add(ClassNameFilter.includeClassNamePatterns(classPattern));
        return LauncherDiscoveryRequestBuilder.request()
                .selectors(DiscoverySelectors.selectClasspathRoots(Set.of(classes)))
                .filters(filters.toArray(Filter<?>[]::new))
                .configurationParameter("junit.jupiter.execution.timeout.default", "120 s")
                .configurationParameter("junit.jupiter.execution.timeout.threaddump.enabled", "true")
                .build();
    }

    private static PostDiscoveryFilter methodFilter(Pattern pattern) {
        return (TestDescriptor test) -> test.getSource()
                .filter(MethodSource.class::isInstance)
                .map(source -> ((MethodSource) source).getMethodName())
                .filter(name -> !pattern.matcher(name).find())
                .map(name -> FilterResult.excluded("not asked for"))
                .orElseGet(() -> FilterResult.included(null));
    }
}
