// SPDX-License-Identifier: Apache-2.0
package io.jvfio.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.benchmarks.interrupt.PollingBenchmark;
import io.jvfio.benchmarks.mmio.DoorbellBenchmark;
import io.jvfio.benchmarks.mmio.RegisterAccessBenchmark;
import io.jvfio.benchmarks.mmio.TrappedAccessBenchmark;
import io.jvfio.benchmarks.nvme.CommandBenchmark;
import io.jvfio.benchmarks.ring.RingBenchmark;
import io.jvfio.benchmarks.system.SystemCallBenchmark;
import java.util.Collection;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * The gc profiler's figure for the hot paths. What JMH itself allocates in an iteration is spread over all operations, which
 * are few on a machine that is busy; what a path allocates, it does in each iteration.
 */
class HotPathAllocationTest {

    /** The smallest object has 16 bytes; less than one in thirty operations would show. */
    private static final double NOTHING = 0.5;

    @ParameterizedTest
    @ValueSource(
            classes = {
                RegisterAccessBenchmark.class,
                TrappedAccessBenchmark.class,
                DoorbellBenchmark.class,
                PollingBenchmark.class,
                SystemCallBenchmark.class,
                CommandBenchmark.class,
                RingBenchmark.class
            })
    void a_hot_path_allocates_nothing(Class<?> benchmark) throws RunnerException {
        Options options = new OptionsBuilder()
                .include(benchmark.getName() + "\\.(?!c_).*")
                .forks(0)
                .warmupIterations(6)
                .warmupTime(TimeValue.milliseconds(250))
                .measurementIterations(3)
                .measurementTime(TimeValue.milliseconds(150))
                .param("batch", "32")
                .addProfiler(GCProfiler.class)
                .verbosity(VerboseMode.SILENT)
                .shouldFailOnError(true)
                .build();
        Collection<RunResult> results = new Runner(options).run();
        assertThat(results).isNotEmpty().allSatisfy(result -> {
            assertThat(iterations(result)
                            .mapToDouble(HotPathAllocationTest::allocated)
                            .min()
                            .orElseThrow())
                    .as("B/op of %s", result.getParams().getBenchmark())
                    .isLessThan(NOTHING);
        });
    }

    private static Stream<IterationResult> iterations(RunResult result) {
        return result.getBenchmarkResults().stream().flatMap(run -> run.getIterationResults().stream());
    }

    private static double allocated(IterationResult iteration) {
        Result<?> figure = iteration.getSecondaryResults().get("gc.alloc.rate.norm");
        return Objects.requireNonNull(figure, "no figure of the gc profiler").getScore();
    }
}
