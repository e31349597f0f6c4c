// SPDX-License-Identifier: Apache-2.0
package io.jvfio.benchmarks;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * One question about speed. Each method is an operation; where C can be asked the same, the method {@code c_operation} does
 * so. The folder {@code src/main/c} has the loops in C.
 *
 * <p>Threads: JMH makes one for each of its threads.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(
        value = 3,
        jvmArgsAppend = {Question.NATIVE_ACCESS, Question.YOUNG})
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 10, time = 1)
public abstract class Question {
    /** Benchmarks stand on the class path. */
    public static final String NATIVE_ACCESS = "--enable-native-access=ALL-UNNAMED";

    /**
     * New objects lie in memory that is in use already: else what is measured of an operation that allocates is how long this
     * machine takes to find fresh pages.
     */
    public static final String YOUNG = "-Xmn64m";

    /** How the name of the operation in C begins. */
    public static final String IN_C = "c_";

    /** For subclasses. */
    protected Question() {}
}
