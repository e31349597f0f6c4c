// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.igb;

import io.jvfio.iommu.DmaBuffer;
import io.jvfio.iommu.DmaPool;
import io.jvfio.mmio.Mmio;
import java.lang.foreign.MemorySegment;
import java.time.Duration;

/**
 * A ring of descriptors of 16 bytes: the driver fills slots and moves the tail, the device takes them from the head on.
 * One slot stays empty, so that head and tail differ when the ring is full.
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
    private final int capacity;

    /** The next slot to fill. */
    private int tail;

    /** The oldest slot that the device has not given back. */
    private int oldest;

    /** A stopped ring; its memory ends with the pool. */
    Ring(Mmio registers, DmaPool pool, int capacity) {
        this.registers = registers;
        this.buffer = pool.allocate((long) capacity * DESCRIPTOR_SIZE, ALIGNMENT);
        this.memory = buffer.memory();
        this.capacity = capacity;
    }

    /** How many descriptors can be with the device. */
    int capacity() {
        return capacity - 1;
    }

    MemorySegment memory() {
        return memory;
    }

    /** Tells the device where the ring is, empties it and switches it on. */
    void start() {
        stop();
        memory.fill((byte) 0);
        tail = 0;
        oldest = 0;
        registers.write(Igb.QUEUE_BASE_LOW, (int) buffer.iova());
        registers.write(Igb.QUEUE_BASE_HIGH, (int) (buffer.iova() >>> Integer.SIZE));
        registers.write(Igb.QUEUE_LENGTH, capacity * DESCRIPTOR_SIZE);
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

    /** How many descriptors are with the device, or have come back unseen. */
    int posted() {
        return Math.floorMod(tail - oldest, capacity);
    }

    /** How many descriptors can be posted. */
    int free() {
        return capacity() - posted();
    }

    /** The offset of the next slot to fill. */
    long freeSlot() {
        if (free() == 0) {
            throw new IllegalStateException("all " + capacity() + " descriptors are with the device");
        }
        return (long) tail * DESCRIPTOR_SIZE;
    }

    /** The free slot is filled. */
    void post() {
        tail = (tail + 1) % capacity;
    }

    /** The doorbell: hands the device all that was posted. */
    void ring() {
        registers.write(Igb.QUEUE_TAIL, tail);
    }

    /** The offset of the slot that comes back next. */
    long oldestSlot() {
        return (long) oldest * DESCRIPTOR_SIZE;
    }

    /** The oldest slot has come back. */
    void take() {
        oldest = (oldest + 1) % capacity;
    }

    private void awaitEnable(int state) {
        if (!registers.awaitField(Igb.QUEUE_CONTROL, Igb.QUEUE_ENABLE, state, PATIENCE)) {
            throw new IllegalStateException(registers + " does not change its enable bit to " + state);
        }
    }
}
