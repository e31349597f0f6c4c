// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.mlx5;

import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.iommu.DmaBuffer;
import io.jvfio.mmio.BigWord32;
import io.jvfio.mmio.Mmio;
import io.jvfio.pci.PciDevice;
import io.jvfio.vendor.mlx.spec.CommandEntry;
import io.jvfio.vendor.mlx.spec.CommandStatus;
import io.jvfio.vendor.mlx.spec.InitSegment;
import io.jvfio.vendor.mlx.spec.Mailbox;
import java.lang.foreign.MemorySegment;
import java.time.Duration;

/** The least that rings for commands: it can do in any order and at any place what a driver would not. */
final class RawDriver {
    static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final int PAGE = 4096;
    private static final int BLOCKS = 16;
    private static final int OUTPUTS = 16;

    private final PciDevice device;
    private final DmaBuffer memory;

    RawDriver(Rig rig, PciDevice device) {
        this.device = device;
        this.memory = rig.closed(device.dma().allocate((2 * BLOCKS + 8L) * PAGE));
        device.enableBusMaster();
        assertThat(registers().awaitField(InitSegment.INITIALIZING, InitSegment.IS_INITIALIZING, 0, PATIENCE))
                .isTrue();
    }

    Mmio registers() {
        return device.bar(0).mmio();
    }

    /** The address of a page that can be a command queue, 0 to 7. */
    long queue(int page) {
        return memory.deviceAddress((2 * BLOCKS + (long) page) * PAGE);
    }

    private MemorySegment entry(int page, int slot) {
        return memory.memory().asSlice((2 * BLOCKS + (long) page) * PAGE + 64L * slot, CommandEntry.SIZE);
    }

    void queueAt(long address) {
        registers().write(InitSegment.QUEUE_HIGH, (int) (address >>> Integer.SIZE));
        registers().write(InitSegment.QUEUE_LOW, (int) address);
    }

    /** Puts a command into a slot of a page; rings for nothing. */
    MemorySegment post(int page, int slot, int opcode, int length, int outputLength) {
        MemorySegment entry = entry(page, slot);
        entry.fill((byte) 0);
        CommandEntry.TYPE.set(entry, CommandEntry.TYPE_PCIE);
        CommandEntry.INPUT_LENGTH.set(entry, length);
        CommandEntry.OUTPUT_LENGTH.set(entry, outputLength);
        BigWord32.at(CommandEntry.INPUT).set(entry, opcode << 16);
        CommandEntry.INPUT_MAILBOX.set(entry, chain(0));
        CommandEntry.OUTPUT_MAILBOX.set(entry, chain(OUTPUTS));
        CommandEntry.publish(entry, 0, 1);
        return entry;
    }

    /** Links all mailboxes of one direction, whatever the command needs. */
    private long chain(int first) {
        for (int i = 0; i < BLOCKS; i++) {
            long at = (long) PAGE * (first + i);
            memory.memory().asSlice(at, Mailbox.SIZE).fill((byte) 0);
            Mailbox.NEXT.set(memory.memory(), at, i + 1 < BLOCKS ? memory.deviceAddress(at + PAGE) : 0);
            Mailbox.NUMBER.set(memory.memory(), at, i);
        }
        return memory.deviceAddress((long) PAGE * first);
    }

    /** A mailbox of the input. */
    MemorySegment input(int block) {
        return memory.memory().asSlice((long) PAGE * block, Mailbox.SIZE);
    }

    /** A mailbox of the output. */
    MemorySegment output(int block) {
        return memory.memory().asSlice((long) PAGE * (OUTPUTS + block), Mailbox.SIZE);
    }

    void ring(int slots) {
        registers().write(InitSegment.DOORBELL, slots);
    }

    /** Whether it is completed in time. */
    boolean awaitDone(MemorySegment entry, Duration most) {
        long end = System.nanoTime() + most.toNanos();
        while (CommandEntry.OWNER.isSet(CommandEntry.acquire(entry, 0))) {
            if (System.nanoTime() > end) {
                return false;
            }
            Thread.onSpinWait();
        }
        return true;
    }

    /** Runs a command of nothing but lengths on the first page; its status, or 0x1000 and the delivery status. */
    int run(int opcode, int length, int outputLength) {
        MemorySegment entry = post(0, 0, opcode, length, outputLength);
        ring(1);
        return status(entry);
    }

    /** Waits for a command; its status, or 0x1000 and the delivery status. */
    int status(MemorySegment entry) {
        assertThat(awaitDone(entry, PATIENCE)).as("completed").isTrue();
        int delivery = CommandEntry.DELIVERY.of(CommandEntry.acquire(entry, 0));
        return delivery != 0
                ? 0x1000 | delivery
                : BigWord32.at(CommandEntry.OUTPUT).of(entry) >>> 24;
    }

    void enable() {
        queueAt(queue(0));
        assertThat(run(0x104, 16, 12)).isEqualTo(CommandStatus.OK);
    }
}
