// SPDX-License-Identifier: Apache-2.0
package io.jvfio.examples;

import io.jvfio.Vfio;
import io.jvfio.driver.nvme.IoQueue;
import io.jvfio.driver.nvme.Namespace;
import io.jvfio.driver.nvme.NamespaceInfo;
import io.jvfio.driver.nvme.NvmeCommand;
import io.jvfio.driver.nvme.NvmeController;
import io.jvfio.driver.nvme.QueueOptions;
import io.jvfio.driver.nvme.ReadBatch;
import io.jvfio.driver.nvme.spec.FeatureId;
import io.jvfio.driver.nvme.spec.StatusCode;
import io.jvfio.iommu.DmaBuffer;
import io.jvfio.pci.PciDevice;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousFileChannel;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * NVMe: lists the namespaces of a controller, reads blocks many at once, pages by one call and bytes through a channel, waits
 * for an event, and writes the last block of the first namespace if it is told to. Run it with
 *
 * <pre>{@code
 * ./jvfio --version
 * java --enable-native-access=io.jvfio.core --module-path cli/target/lib \
 *     --module io.jvfio.examples/io.jvfio.examples.NvmeBlocks model:nvme write
 * }</pre>
 *
 * The first command builds what is not built. Without {@code write} nothing is written.
 */
public final class NvmeBlocks {
    private static final Duration LIMIT = Duration.ofSeconds(10);

    private NvmeBlocks() {}

    /**
     * Runs the example.
     *
     * @param args the controller, {@code 0000:01:00.0} for example, or {@code model:nvme} on a machine without one; then
     *     {@code write} if the last block may be written
     * @throws InterruptedException if the thread is interrupted in a wait
     * @throws IOException if the asynchronous channel cannot be closed
     * @throws ExecutionException if it cannot read
     */
    public static void main(String[] args) throws InterruptedException, IOException, ExecutionException {
        String locator = Usage.device(args, NvmeBlocks.class, "an NVMe controller, [write]", "model:nvme");
        try (PciDevice device = Vfio.open(locator);
                NvmeController controller = NvmeController.open(device)) {
            list(controller);
            awaitEvent(controller);
            Namespace namespace = controller.namespaces().getFirst();
            IO.println(readMany(controller, namespace) + " blocks read, one command each");
            IO.println(readPages(controller, namespace) + " pages read by one call");
            IO.println(readAtOnce(namespace) + " bytes read through an asynchronous channel");
            if (List.of(args).contains("write")) {
                writeLast(namespace);
            }
        }
    }

    private static void list(NvmeController controller) {
        IO.println(controller.info().model() + ", NVMe " + controller.info().versionText());
        for (Namespace namespace : controller.namespaces()) {
            NamespaceInfo info = namespace.info();
            IO.println("namespace " + namespace.id() + ": " + info.blocks() + " blocks of " + info.blockSize()
                    + " bytes" + (info.usable() ? "" : ", cannot be used: " + info.problem()));
        }
    }

    /** The simple way: a call blocks until it is done. */
    private static void writeLast(Namespace namespace) {
        long last = namespace.info().blocks() - 1;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment block = arena.allocate(namespace.info().blockSize());
            block.setString(0, "the last block");
            namespace.write(last, block);
            namespace.flush();
            block.fill((byte) 0);
            namespace.read(last, block);
            IO.println("block " + last + " holds: " + block.getString(0));
        }
    }

    /** The fast way: a queue for this thread, and many commands under way in it. */
    private static long readMany(NvmeController controller, Namespace namespace) throws InterruptedException {
        int size = namespace.info().blockSize();
        long blocks = Math.min(256, namespace.info().blocks());
        try (IoQueue queue = controller.queue(QueueOptions.defaults().withDepth(32));
                DmaBuffer buffer = controller.device().dma().allocate(blocks * size)) {
            long[] done = {0};
            for (long lba = 0; lba < blocks; lba++) {
                NvmeCommand command = queue.take();
                while (command == null) {
                    queue.await(ended -> done[0] += ended.succeeded() ? 1 : 0, LIMIT);
                    command = queue.take();
                }
                command.read(namespace, lba, 1).data(buffer, lba * size).post();
            }
            queue.drain(ended -> done[0] += ended.succeeded() ? 1 : 0);
            return done[0];
        }
    }

    /** The way of a storage engine: each page to a frame of its own, all in one call. */
    private static int readPages(NvmeController controller, Namespace namespace) {
        int page = 4096;
        int pages = (int) Math.min(512, namespace.info().size() / page);
        try (IoQueue queue = controller.queue(QueueOptions.defaults());
                DmaBuffer frames = controller.device().dma().allocate((long) pages * page);
                ReadBatch batch = ReadBatch.of(queue, namespace, pages)) {
            for (int frame = 0; frame < pages; frame++) {
                long backwards = (long) (pages - 1 - frame) * page;
                batch.add(backwards, frames, (long) frame * page, page);
            }
            int failed = batch.read();
            for (int frame = 0; frame < pages; frame++) {
                if (!batch.succeeded(frame)) {
                    IO.println("page " + frame + ": " + StatusCode.describe(batch.status(frame)));
                }
            }
            return pages - failed;
        }
    }

    /** The way of the JDK: buffers of any kind, from any thread. */
    private static int readAtOnce(Namespace namespace) throws IOException, InterruptedException, ExecutionException {
        try (AsynchronousFileChannel channel = namespace.asynchronousChannel(false)) {
            Future<Integer> first = channel.read(ByteBuffer.allocate(1000), 0);
            Future<Integer> second = channel.read(ByteBuffer.allocateDirect(1000), 5000);
            return first.get() + second.get();
        }
    }

    /** Every drive is too warm for a limit of 1 K, and says so. */
    private static void awaitEvent(NvmeController controller) throws InterruptedException {
        CountDownLatch told = new CountDownLatch(1);
        controller.onEvent(event -> {
            IO.println("the controller tells: " + event);
            told.countDown();
        });
        int limit = controller.feature(FeatureId.TEMPERATURE_THRESHOLD, 0);
        controller.setFeature(FeatureId.TEMPERATURE_THRESHOLD, 0, 1);
        if (!told.await(LIMIT.toSeconds(), TimeUnit.SECONDS)) {
            IO.println("it tells of no event");
        }
        controller.setFeature(FeatureId.TEMPERATURE_THRESHOLD, 0, limit);
    }
}
