// SPDX-License-Identifier: Apache-2.0
package io.jvfio.benchmarks.nvme;

import io.jvfio.benchmarks.Question;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;

/**
 * How long does a random read of 4 KiB take over vfio-user, with so many under way? Driver and controller are in processes
 * of their own, and share the machine's cores.
 */
public class ServedCommandBenchmark extends Question {
    private static final int LOOP = 1024;

    /** How many commands are under way. */
    @Param({"1", "32", "128"})
    public int depth;

    private final ServedNvme served = ServedNvme.start("nvme?size=64MiB&doorbells=trapped");

    @SuppressWarnings("NullAway.Init")
    private ReadLoad load;

    /** Opens the controller. */
    @Setup
    public void open() {
        load = new ReadLoad(served.locator(), depth, 0);
    }

    /** Ends both processes' parts. */
    @TearDown
    public void close() {
        load.close();
        served.close();
    }

    @Benchmark
    @OperationsPerInvocation(LOOP)
    public long nvme_read_over_socket() {
        load.complete(LOOP);
        return load.completed();
    }
}
