// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli;

import io.jvfio.driver.nvme.BlockPattern;
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
            try (BlockTraffic traffic = new BlockTraffic(device, namespace, DEPTH, PART)) {
                log.done(
                        "make a queue",
                        DEPTH + " commands of " + DeviceText.size(traffic.part())
                                + ", their data in DMA memory at IOVA "
                                + Hex.of(traffic.buffer().iova()) + ", completion "
                                + traffic.queue().mode().name().toLowerCase(Locale.ROOT));
                long size = traffic.size(SIZE);
                int blockSize = namespace.info().blockSize();
                switch (access) {
                    case READ -> read(traffic, size);
                    case WRITE -> writeAndVerify(traffic, blockSize, size);
                    case RESTORE -> restoring(traffic, blockSize, size);
                }
                flushes(namespace);
                measureLatency(traffic, size);
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
                DeviceText.size(bar.size()) + "; doorbells at " + Hex.of(doorbells)
                        + (mapped ? ", mapped: ringing one is a store" : ", rung by calls"));
    }

    private void tellController(NvmeController controller) {
        ControllerInfo info = controller.info();
        log.done(
                "start",
                info.model() + ", serial " + info.serial() + ", NVMe " + info.versionText() + ", transfers up to "
                        + DeviceText.size(controller.maxTransfer()) + ", "
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
                info.blocks() + " blocks of " + info.blockSize() + " bytes, " + DeviceText.size(info.size()));
        return found;
    }

    private void writeAndVerify(BlockTraffic traffic, int blockSize, long size) throws InterruptedException {
        // Another generation in each run, so that what an earlier one wrote does not pass.
        BlockPattern pattern = new BlockPattern(blockSize, new SecureRandom().nextInt());
        traffic.write(
                size,
                (offset, data) -> pattern.fill(data, 0, offset / blockSize, blocks(pattern, data)),
                done -> log.progress("write", done, size));
        log.done("write", moved(size, "written"));
        traffic.read(size, (offset, data) -> verify(pattern, offset, data), done -> log.progress("read", done, size));
        log.done("read", moved(size, "read back, every byte as it was written"));
    }

    private void read(BlockTraffic traffic, long size) throws InterruptedException {
        traffic.read(size, (offset, data) -> {}, done -> log.progress("read", done, size));
        log.done("read", moved(size, "read"));
    }

    /** Puts back what was there, also if something fails or the command is told to end. */
    private void restoring(BlockTraffic traffic, int blockSize, long size) throws InterruptedException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment old = arena.allocate(size);
            traffic.read(
                    size,
                    (offset, data) -> MemorySegment.copy(data, 0, old, offset, data.byteSize()),
                    done -> log.progress("save", done, size));
            log.done("save", moved(size, "read, to be put back"));
            try {
                writeAndVerify(traffic, blockSize, size);
            } finally {
                restore(traffic, old);
            }
        }
    }

    private void restore(BlockTraffic traffic, MemorySegment old) throws InterruptedException {
        boolean interrupted = Thread.interrupted();
        traffic.queue().drain(command -> {});
        traffic.write(
                old.byteSize(),
                (offset, data) -> MemorySegment.copy(old, offset, data, 0, data.byteSize()),
                done -> log.progress("restore", done, old.byteSize()));
        log.done("restore", moved(old.byteSize(), "put back"));
        if (interrupted) {
            throw new InterruptedException();
        }
    }

    private void flushes(Namespace namespace) {
        if (access != Access.READ) {
            namespace.flush();
            log.done("flush", "what was written outlives a loss of power");
        }
    }

    private void measureLatency(BlockTraffic traffic, long size) throws InterruptedException {
        long[] nanos = traffic.latencies(READS, size);
        Arrays.sort(nanos);
        log.done(
                "latency",
                READS + " single reads of a block: " + time(nanos[0]) + " best, " + time(nanos[READS / 2]) + " median, "
                        + time(nanos[READS * 99 / 100]) + " at 99 %");
    }

    private static int blocks(BlockPattern pattern, MemorySegment data) {
        return (int) (data.byteSize() / pattern.blockSize());
    }

    private static void verify(BlockPattern pattern, long offset, MemorySegment data) {
        long lba = offset / pattern.blockSize();
        int wrong = pattern.mismatch(data, 0, lba, blocks(pattern, data));
        if (wrong >= 0) {
            throw new CommandFailure(pattern.explain(data, (long) wrong * pattern.blockSize(), lba + wrong));
        }
    }

    private String moved(long size, String what) {
        long perSecond = Math.round(size / 1048576.0 * 1e9 / log.nanos());
        return DeviceText.size(size) + " " + what + ", " + perSecond + " MiB/s";
    }

    private static String time(long nanos) {
        return Durations.text(Duration.ofNanos(nanos));
    }
}
