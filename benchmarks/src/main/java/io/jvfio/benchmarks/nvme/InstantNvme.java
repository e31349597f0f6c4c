// SPDX-License-Identifier: Apache-2.0
package io.jvfio.benchmarks.nvme;

import io.jvfio.DeviceLocator;
import io.jvfio.Vfio;
import io.jvfio.device.OpenOptions;
import io.jvfio.driver.nvme.CompletionMode;
import io.jvfio.driver.nvme.IoQueue;
import io.jvfio.driver.nvme.Namespace;
import io.jvfio.driver.nvme.NvmeController;
import io.jvfio.driver.nvme.NvmeOptions;
import io.jvfio.driver.nvme.QueueOptions;
import io.jvfio.iommu.DmaBuffer;
import io.jvfio.pci.PciDevice;
import java.util.Objects;

/**
 * The driver on an {@link InstantController}, with one queue and a buffer of a block for each of its commands.
 *
 * <p>Threads: for one at a time.
 */
final class InstantNvme implements AutoCloseable {
    private static final int BLOCK = 4096;

    private final Vfio context = Vfio.create();
    private final PciDevice device = context.pci(
            new InstantController(context.openDevice(
                    DeviceLocator.parse("model:nvme?size=16MiB&doorbells=trapped"), OpenOptions.defaults())),
            "an instant controller");
    private final NvmeController controller =
            NvmeController.open(device, NvmeOptions.defaults().withShadowDoorbells(false));
    private final Namespace namespace = controller.namespace(1);
    private final int blocks = BLOCK / namespace.info().blockSize();
    private final DmaBuffer buffer;
    private final IoQueue queue;

    InstantNvme(int depth) {
        buffer = device.dma().allocate((long) depth * BLOCK);
        queue = controller.queue(QueueOptions.defaults().withDepth(depth).withMode(CompletionMode.POLLED));
    }

    IoQueue queue() {
        return queue;
    }

    /** Posts the read of a block into its part of the buffer. */
    void post(int part) {
        Objects.requireNonNull(queue.take(), "a free command")
                .read(namespace, (long) part * blocks, blocks)
                .data(buffer, (long) part * BLOCK)
                .tag(part)
                .post();
    }

    @Override
    public void close() {
        queue.close();
        buffer.close();
        controller.close();
        device.close();
        context.close();
    }
}
