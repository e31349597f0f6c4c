// SPDX-License-Identifier: Apache-2.0
package io.jvfio.benchmarks.nvme;

import io.jvfio.DeviceLocator;
import io.jvfio.Vfio;
import io.jvfio.benchmarks.Question;
import io.jvfio.benchmarks.baseline.CLoop;
import io.jvfio.device.OpenOptions;
import io.jvfio.driver.nvme.CompletionMode;
import io.jvfio.driver.nvme.IoQueue;
import io.jvfio.driver.nvme.Namespace;
import io.jvfio.driver.nvme.NvmeCommand;
import io.jvfio.driver.nvme.NvmeController;
import io.jvfio.driver.nvme.NvmeOptions;
import io.jvfio.driver.nvme.QueueOptions;
import io.jvfio.iommu.DmaBuffer;
import io.jvfio.pci.PciDevice;
import java.util.Objects;
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
    private static final int BLOCK = 4096;

    /** How many commands there are to a doorbell. */
    @Param({"1", "32", "64"})
    public int batch;

    private final Vfio context = Vfio.create();
    private final PciDevice device = context.pci(
            new InstantController(context.openDevice(
                    DeviceLocator.parse("model:nvme?size=16MiB&doorbells=trapped"), OpenOptions.defaults())),
            "an instant controller");
    private final NvmeController controller =
            NvmeController.open(device, NvmeOptions.defaults().withShadowDoorbells(false));
    private final Namespace namespace = controller.namespace(1);
    private final int blocks = BLOCK / namespace.info().blockSize();
    private final DmaBuffer buffer = device.dma().allocate((long) DEPTH * BLOCK);
    private final IoQueue queue =
            controller.queue(QueueOptions.defaults().withDepth(DEPTH).withMode(CompletionMode.POLLED));
    private long completed;

    /** Closes the controller. */
    @TearDown
    public void close() {
        queue.close();
        buffer.close();
        controller.close();
        device.close();
        context.close();
    }

    @Benchmark
    @OperationsPerInvocation(LOOP)
    public long nvme_command() {
        for (int done = 0; done < LOOP; done += batch) {
            for (int i = 0; i < batch; i++) {
                NvmeCommand command = Objects.requireNonNull(queue.take(), "a free command");
                command.read(namespace, (long) (i % DEPTH) * blocks, blocks)
                        .data(buffer, (long) i * BLOCK)
                        .tag(i)
                        .post();
            }
            queue.ring();
            queue.poll(this::count);
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
