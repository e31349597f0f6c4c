// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli.demo;

import io.jvfio.Durations;
import io.jvfio.Hex;
import io.jvfio.cli.command.CommandFailure;
import io.jvfio.cli.nvme.BlockTraffic;
import io.jvfio.cli.nvme.PatternRun;
import io.jvfio.cli.out.Sizes;
import io.jvfio.driver.nvme.ControllerInfo;
import io.jvfio.driver.nvme.Namespace;
import io.jvfio.driver.nvme.NamespaceInfo;
import io.jvfio.driver.nvme.NvmeController;
import io.jvfio.driver.nvme.spec.ControllerRegisters;
import io.jvfio.interrupt.InterruptType;
import io.jvfio.pci.Bar;
import io.jvfio.pci.PciDevice;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;

/**
 * What the demo does with an NVMe controller, without how it is shown. What is read is compared with what was written.
 *
 * <p>Threads: one at a time.
 */
final class NvmeDemo {
    private static final long SIZE = 64L << 20;
    private static final int PART = 128 << 10;
    private static final int DEPTH = 32;
    private static final int READS = 1000;

    private final PciDevice device;
    private final Access access;
    private final DemoLog log;

    /** What may be done to the first blocks. */
    enum Access {
        /** They are read. */
        READ,
        /** They are written. */
        WRITE,
        /** They are written, and get back what was in them. */
        RESTORE
    }

    NvmeDemo(PciDevice device, Access access, DemoLog log) {
        this.device = device;
        this.access = access;
        this.log = log;
    }

    void run() throws InterruptedException {
        log.done("identify", "class 01:08:02 is an NVMe controller: " + vendor() + " can be driven by driver-nvme");
        tellRegisters();
        try (NvmeController controller = NvmeController.open(device)) {
            tellController(controller);
            Namespace namespace = usable(controller);
            try (BlockTraffic traffic = new BlockTraffic(namespace, DEPTH, PART)) {
                log.done(
                        "make a queue",
                        DEPTH + " commands of " + Sizes.text(traffic.bytesPerCommand())
                                + ", their data in DMA memory at IOVA "
                                + Hex.of(traffic.buffer().iova()) + ", completion "
                                + traffic.queue().mode().name().toLowerCase(Locale.ROOT));
                long blocks = Math.min(SIZE, namespace.info().size())
                        / namespace.info().blockSize();
                switch (access) {
                    case READ -> read(traffic, blocks);
                    case WRITE -> writeAndVerify(traffic, blocks);
                    case RESTORE -> restoring(traffic, blocks);
                }
                flushes(traffic);
                measureLatency(traffic, blocks);
            }
        }
        log.done("stop", "controller shut down, bus mastering and interrupts off, memory unmapped");
    }

    private String vendor() {
        return Hex.digits(device.config().vendorId(), 4) + ":"
                + Hex.digits(device.config().deviceId(), 4);
    }

    private void tellRegisters() {
        Bar bar = device.bar(0);
        long doorbells = ControllerRegisters.DOORBELLS;
        boolean mapped = bar.mmio().isMapped(doorbells, Integer.BYTES);
        log.done(
                "map BAR 0",
                Sizes.text(bar.size()) + "; doorbells at " + Hex.of(doorbells)
                        + (mapped ? ", mapped: ringing one is a store" : ", rung by calls"));
    }

    private void tellController(NvmeController controller) {
        ControllerInfo info = controller.info();
        log.done(
                "start",
                info.model() + ", serial " + info.serial() + ", NVMe " + info.versionText() + ", transfers up to "
                        + Sizes.text(controller.maxTransfer()) + ", "
                        + controller.queueLimit() + " I/O queues, "
                        + device.device().irq(InterruptType.MSIX.index()).count() + " MSI-X vectors");
    }

    private Namespace usable(NvmeController controller) {
        Namespace found = controller.namespaces().stream()
                .filter(each -> each.info().usable())
                .findFirst()
                .orElseThrow(() -> new CommandFailure(controller + " has no namespace that can be used"));
        NamespaceInfo info = found.info();
        log.done(
                "namespace " + Integer.toUnsignedString(found.id()),
                info.blocks() + " blocks of " + info.blockSize() + " bytes, " + Sizes.text(info.size()));
        return found;
    }

    private void writeAndVerify(BlockTraffic traffic, long blocks) throws InterruptedException {
        // Another generation in each run, so that what an earlier one wrote does not pass.
        PatternRun run = new PatternRun(traffic, new SecureRandom().nextInt());
        run.write(0, blocks, done -> log.progress("write", done, blocks));
        log.done("write", moved(traffic, blocks, "written"));
        run.verify(0, blocks, done -> log.progress("read", done, blocks));
        String wrong = run.firstWrong();
        if (wrong != null) {
            throw new CommandFailure(wrong + "; " + run.wrong() + " blocks came back different");
        }
        log.done("read", moved(traffic, blocks, "read back, every byte as it was written"));
    }

    private void read(BlockTraffic traffic, long blocks) throws InterruptedException {
        traffic.read(0, blocks, (lba, data) -> {}, done -> log.progress("read", done, blocks));
        log.done("read", moved(traffic, blocks, "read"));
    }

    /** Puts back what was there, also if something fails or the command is told to end. */
    private void restoring(BlockTraffic traffic, long blocks) throws InterruptedException {
        int blockSize = traffic.namespace().info().blockSize();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment old = arena.allocate(blocks * blockSize);
            traffic.read(
                    0,
                    blocks,
                    (lba, data) -> MemorySegment.copy(data, 0, old, lba * blockSize, data.byteSize()),
                    done -> log.progress("save", done, blocks));
            log.done("save", moved(traffic, blocks, "read, to be put back"));
            try {
                writeAndVerify(traffic, blocks);
            } finally {
                restore(traffic, blocks, old);
            }
        }
    }

    private void restore(BlockTraffic traffic, long blocks, MemorySegment old) throws InterruptedException {
        int blockSize = traffic.namespace().info().blockSize();
        boolean interrupted = Thread.interrupted();
        traffic.queue().drain(command -> {});
        traffic.write(
                0,
                blocks,
                (lba, data) -> MemorySegment.copy(old, lba * blockSize, data, 0, data.byteSize()),
                done -> log.progress("restore", done, blocks));
        log.done("restore", moved(traffic, blocks, "put back"));
        if (interrupted) {
            throw new InterruptedException();
        }
    }

    private void flushes(BlockTraffic traffic) {
        if (access != Access.READ) {
            traffic.flush();
            log.done("flush", "what was written outlives a loss of power");
        }
    }

    private void measureLatency(BlockTraffic traffic, long blocks) throws InterruptedException {
        long[] nanos = traffic.latencies(READS, blocks);
        Arrays.sort(nanos);
        log.done(
                "latency",
                READS + " single reads of a block: " + time(nanos[0]) + " best, " + time(nanos[READS / 2]) + " median, "
                        + time(nanos[READS * 99 / 100]) + " at 99 %");
    }

    private String moved(BlockTraffic traffic, long blocks, String what) {
        long size = blocks * traffic.namespace().info().blockSize();
        long perSecond = Math.round(size / 1048576.0 * 1e9 / log.nanos());
        return Sizes.text(size) + " " + what + ", " + perSecond + " MiB/s";
    }

    private static String time(long nanos) {
        return Durations.text(Duration.ofNanos(nanos));
    }
}
