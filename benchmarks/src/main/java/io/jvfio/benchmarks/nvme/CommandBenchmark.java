// SPDX-License-Identifier: Apache-2.0
package io.jvfio.benchmarks.nvme;

import io.jvfio.benchmarks.Question;
import io.jvfio.benchmarks.baseline.CLoop;
import io.jvfio.driver.nvme.CompletionHandler;
import io.jvfio.driver.nvme.NvmeCommand;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * What does a command of 4 KiB cost the driver, from its post to its completion, so many to a doorbell? The controller
 * completes at once, so that nothing else is in the figure but what it takes to write completions.
 */
public class CommandBenchmark extends Question {
    private static final int LOOP = 1024;
    private static final int DEPTH = 64;

    /** How many commands there are to a doorbell. */
    @Param({"1", "32", "64"})
    public int batch;

    private final InstantNvme nvme = new InstantNvme(DEPTH);
    private long completed;
    private final CompletionHandler handler = this::count;

    /** Closes the controller. */
    @TearDown
    public void close() {
        nvme.close();
    }

    @Benchmark
    @OperationsPerInvocation(LOOP)
    public long nvme_command() {
        for (int done = 0; done < LOOP; done += batch) {
            for (int i = 0; i < batch; i++) {
                nvme.post(i);
            }
            nvme.queue().ring();
            nvme.queue().poll(handler);
        }
        return completed;
    }

    private void count(NvmeCommand command) {
        if (command.succeeded()) {
            completed++;
        }
    }

    @Benchmark
    @OperationsPerInvocation(LOOP)
    public long c_nvme_command(InC c) {
        return c.loop.run(LOOP);
    }

    /** The same in C. */
    @State(Scope.Thread)
    public static class InC {
        private CLoop loop = CLoop.of("nvme_command", 1);

        /** Gives the loop its argument. */
        @Setup
        public void prepare(CommandBenchmark question) {
            loop = CLoop.of("nvme_command", question.batch);
        }
    }
}
