// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli.nvme;

import io.jvfio.cli.command.CommandFailure;
import io.jvfio.driver.nvme.IoQueue;
import io.jvfio.driver.nvme.Namespace;
import io.jvfio.driver.nvme.NvmeCommand;
import io.jvfio.driver.nvme.QueueOptions;
import io.jvfio.iommu.DmaBuffer;
import java.time.Duration;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a queue full for some time and takes the latencies. Makes no garbage between the first and the last command.
 *
 * <p>Threads: runs on its own; the counters may be read by others.
 */
final class BenchWorker implements Runnable {
    /** Longer latencies are counted as this. */
    private static final long LONGEST_NANOS = 60_000_000_000L;

    private static final int DIGITS = 3;
    private static final Duration LOOK = Duration.ofMillis(100);

    private final BenchPlan plan;
    private final int depth;
    private final Histogram latencies = new Histogram(LONGEST_NANOS, DIGITS);
    private final long places;
    private final long stride;
    private long place;
    private long random;
    private boolean refill = true;
    private @Nullable IoQueue queue;
    private @Nullable DmaBuffer buffer;
    private volatile boolean stopped;
    private volatile long commands;
    private volatile long nanos;
    private volatile @Nullable Throwable failure;

    /** A worker for one queue; the number makes its order of blocks its own. */
    BenchWorker(BenchPlan plan, int depth, int number) {
        this.plan = plan;
        this.depth = depth;
        this.places = plan.namespace().info().blocks() / plan.blocksPerCommand();
        this.stride = plan.blocksPerCommand();
        this.place = places / plan.threads() * number;
        this.random = 0x9e37_79b9_7f4a_7c15L * (number + 1);
    }

    /** Ends it early. */
    void stop() {
        stopped = true;
    }

    long commands() {
        return commands;
    }

    long nanos() {
        return nanos;
    }

    Histogram latencies() {
        return latencies;
    }

    /** What ended it early, or null. */
    @Nullable Throwable failure() {
        return failure;
    }

    @Override
    public void run() {
        Namespace namespace = plan.namespace();
        var device = namespace.controller().device();
        try (DmaBuffer memory = device.dma().allocate((long) depth * plan.commandSize());
                IoQueue own = namespace
                        .controller()
                        .queue(QueueOptions.defaults().withDepth(depth).withMode(plan.mode()))) {
            buffer = memory;
            queue = own;
            if (own.depth() < depth) {
                throw new CommandFailure("the controller's queues take " + own.depth() + " commands at most");
            }
            device.guard(this::measure);
        } catch (Exception | Error e) {
            failure = e;
        }
    }

    private void measure() {
        IoQueue own = queue;
        if (own == null) {
            return;
        }
        long start = System.nanoTime();
        long limit = plan.duration().toNanos();
        for (int part = 0; part < depth; part++) {
            post(own, part);
        }
        try {
            while (!stopped && System.nanoTime() - start < limit) {
                own.await(this::completed, LOOK);
            }
        } catch (InterruptedException e) {
            stopped = true;
        }
        refill = false;
        own.drain(this::completed);
        nanos = System.nanoTime() - start;
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // one thread writes, others look
    private void completed(NvmeCommand command) {
        command.check();
        latencies.recordValue(Math.min(command.nanos(), LONGEST_NANOS));
        commands++;
        IoQueue own = queue;
        if (refill && own != null) {
            post(own, (int) command.tag());
        }
    }

    private void post(IoQueue own, int part) {
        NvmeCommand command = own.take();
        DmaBuffer memory = buffer;
        if (command == null || memory == null) {
            throw new IllegalStateException(own + " has no free command");
        }
        long lba = nextPlace() * stride;
        if (plan.writing()) {
            command.write(plan.namespace(), lba, plan.blocksPerCommand());
        } else {
            command.read(plan.namespace(), lba, plan.blocksPerCommand());
        }
        command.data(memory, (long) part * plan.commandSize()).tag(part).post();
    }

    private long nextPlace() {
        if (plan.random()) {
            random ^= random << 13;
            random ^= random >>> 7;
            random ^= random << 17;
            return Long.remainderUnsigned(random, places);
        }
        place = place + 1 >= places ? 0 : place + 1;
        return place;
    }
}
