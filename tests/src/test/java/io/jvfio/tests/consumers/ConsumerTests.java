// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.consumers;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClasspathRoots;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Set;
import org.junit.platform.launcher.Launcher;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

/** Runs the tests of another project, in a JVM of their own. */
final class ConsumerTests {
    private ConsumerTests() {}

    /** Ends with 1 if a test fails, or none is there. */
    public static void main(String[] folder) {
        LauncherDiscoveryRequest request = LauncherDiscoveryRequestBuilder.request()
                .selectors(selectClasspathRoots(Set.of(Path.of(folder[0]))))
                .build();
        SummaryGeneratingListener listener = new SummaryGeneratingListener();
        Launcher launcher = LauncherFactory.create();
        launcher.execute(request, listener);
        TestExecutionSummary summary = listener.getSummary();
        summary.printFailuresTo(new PrintWriter(System.out, true, StandardCharsets.UTF_8), 3);
        IO.println(summary.getTestsFoundCount() + " tests, " + summary.getTotalFailureCount() + " failed");
        System.exit(summary.getTestsFoundCount() == 0 || summary.getTotalFailureCount() > 0 ? 1 : 0);
    }
}
