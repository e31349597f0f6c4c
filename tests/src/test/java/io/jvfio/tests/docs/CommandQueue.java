// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.docs;

import io.jvfio.iommu.Dma;
import io.jvfio.iommu.DmaBuffer;
import io.jvfio.mmio.Field;
import io.jvfio.mmio.Mmio;
import io.jvfio.mmio.Register32;
import io.jvfio.mmio.Register64;
import io.jvfio.mmio.Word32;
import io.jvfio.mmio.Word64;
import io.jvfio.ring.ConsumerRing;
import io.jvfio.ring.ProducerRing;
import java.lang.foreign.MemorySegment;
import java.util.function.IntConsumer;

/**
 * The queue of an imagined device, which docs/driver-guide.md quotes: a ring of commands of 64 bytes that the driver
 * fills, and a ring of completions that the device fills.
 *
 * <p>Threads: one at a time.
 */
final class CommandQueue implements AutoCloseable {
    static final int SLOTS = 8;

    /** Where the rings are, and how far the driver has come in them. */
    static final Register64 COMMANDS = Register64.at(0x00);

    static final Register64 COMPLETIONS = Register64.at(0x08);
    static final Register32 TAIL = Register32.at(0x10);
    static final Register32 HEAD = Register32.at(0x14);

    /** A command. */
    static final int COMMAND_SIZE = 64;

    static final Word64 SOURCE = Word64.at(0);
    static final Word32 LENGTH = Word32.at(8);
    static final Word32 ID = Word32.at(12);

    /** A completion. */
    static final int COMPLETION_SIZE = 16;

    static final Word32 DONE_ID = Word32.at(0);
    static final Word32 DONE_STATUS = Word32.at(12);
    static final Field PHASE = Field.bit(31);

    private final Mmio registers;
    private final DmaBuffer commandMemory;
    private final DmaBuffer completionMemory;
    private final ProducerRing commands;
    private final ConsumerRing completions;

    CommandQueue(Dma dma, Mmio registers) {
        this.registers = registers;
        commands = ProducerRing.withGap(SLOTS, COMMAND_SIZE);
        commandMemory = dma.allocate(commands.size());
        completionMemory = dma.allocate(SLOTS * COMPLETION_SIZE); // zeroed: the phase is 1 in the first round
        completions = ConsumerRing.of(completionMemory.memory(), COMPLETION_SIZE, DONE_STATUS, PHASE, 1);
        registers.write(COMMANDS, commandMemory.deviceAddress(0));
        registers.write(COMPLETIONS, completionMemory.deviceAddress(0));
    }

    /** What the device sees of the commands. */
    MemorySegment commandMemory() {
        return commandMemory.memory();
    }

    /** What the device sees of the completions. */
    MemorySegment completionMemory() {
        return completionMemory.memory();
    }

    boolean post(int id, long source, int length) {
        if (commands.free() == 0) {
            return false;
        }
        MemorySegment slots = commandMemory.memory();
        long slot = commands.next();
        SOURCE.set(slots, slot, source);
        LENGTH.set(slots, slot, length);
        ID.set(slots, slot, id);
        commands.post();
        return true;
    }

    void ring() {
        if (commands.untold() > 0) {
            registers.write(TAIL, commands.tail());
            commands.told();
        }
    }

    int poll(IntConsumer done) {
        while (completions.next()) {
            commands.release();
            done.accept(DONE_ID.of(completionMemory.memory(), completions.slot()));
        }
        int found = completions.untold();
        if (found > 0) {
            registers.write(HEAD, completions.head());
            completions.told();
        }
        return found;
    }

    @Override
    public void close() {
        try (commandMemory) {
            completionMemory.close();
        }
    }
}
