// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.igb;

import io.jvfio.iommu.DmaBuffer;
import io.jvfio.iommu.DmaPool;
import io.jvfio.mmio.Mmio;
import io.jvfio.ring.ProducerRing;
import java.lang.foreign.MemorySegment;
import java.time.Duration;

/**
 * A ring of descriptors of 16 bytes and its registers: the driver fills slots and moves the tail, the device takes them
 * from the head on. One slot stays empty, so that head and tail differ when the ring is full.
 *
 * <p>Threads: one at a time.
 */
final class Ring {
    static final int DESCRIPTOR_SIZE = 16;

    /** 7.1.4 and 7.2.3 of the datasheet: rings start at multiples of 128 bytes. */
    private static final int ALIGNMENT = 128;

    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final Mmio registers;
    private final DmaBuffer buffer;
    private final MemorySegment memory;
    private final ProducerRing slots;

    /** A stopped ring; its memory ends with the pool. */
    Ring(Mmio registers, DmaPool pool, int descriptors) {
        this.registers = registers;
        this.slots = ProducerRing.withGap(descriptors, DESCRIPTOR_SIZE);
        this.buffer = pool.allocate(slots.size(), ALIGNMENT);
        this.memory = buffer.memory();
    }

    /** Which descriptors are with the device. */
    ProducerRing slots() {
        return slots;
    }

    MemorySegment memory() {
        return memory;
    }

    /** Tells the device where the ring is, empties it and switches it on. */
    void start() {
        stop();
        memory.fill((byte) 0);
        slots.clear();
        registers.write(Igb.QUEUE_BASE_LOW, (int) buffer.iova());
        registers.write(Igb.QUEUE_BASE_HIGH, (int) (buffer.iova() >>> Integer.SIZE));
        registers.write(Igb.QUEUE_LENGTH, slots.size());
        registers.write(Igb.QUEUE_HEAD, 0);
        registers.write(Igb.QUEUE_TAIL, 0);
        registers.modify(Igb.QUEUE_CONTROL, Igb.QUEUE_ENABLE, 1);
    }

    /** Switches it off; the device looks at no slot any more. */
    void stop() {
        registers.modify(Igb.QUEUE_CONTROL, Igb.QUEUE_ENABLE, 0);
        awaitEnable(0);
    }

    /** Waits until the device has switched it on, which it does when the direction as a whole is on. */
    void awaitRunning() {
        awaitEnable(1);
    }

    /** The doorbell: hands the device all that was posted. */
    void ring() {
        if (slots.untold() > 0) {
            registers.write(Igb.QUEUE_TAIL, slots.tail());
            slots.told();
        }
    }

    private void awaitEnable(int state) {
        if (!registers.awaitField(Igb.QUEUE_CONTROL, Igb.QUEUE_ENABLE, state, PATIENCE)) {
            throw new IllegalStateException(registers + " does not change its enable bit to " + state);
        }
    }
}
