// SPDX-License-Identifier: Apache-2.0
package io.jvfio.emulation.nvme;

import io.jvfio.mmio.Layouts;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * The doorbells: a page that keeps the last value of each, whether the driver wrote it by a trapped access or in its own
 * mapping of the page, and which of them were trapped.
 *
 * <p>Threads: the driver's threads ring, the controller looks, at the same time.
 */
final class Doorbells {
    /** The doorbells' page in bytes. */
    static final int SIZE = 4096;

    /** How many queue pairs have doorbells in it. */
    static final int PAIRS = SIZE / (2 * Integer.BYTES);

    private static final VarHandle VALUE = Layouts.LE_INT.varHandle().withInvokeExactBehavior();

    private static final int COUNT = SIZE / Integer.BYTES;
    private static final VarHandle LIMIT =
            MethodHandles.arrayElementVarHandle(int[].class).withInvokeExactBehavior();

    private final MemorySegment page;
    private final AtomicLongArray rung = new AtomicLongArray(COUNT / Long.SIZE);

    /** The sizes of completion queues by the index of their doorbells; 0 where there is none. */
    private final int[] limits = new int[COUNT];

    /** Whether the controller waits for room in a completion queue. */
    private volatile boolean starving;

    /** Doorbells in a page. */
    Doorbells(MemorySegment page) {
        this.page = page;
    }

    /**
     * A trapped write of one doorbell.
     *
     * @param offset bytes from the first doorbell, a multiple of 4 below {@link #SIZE}
     * @return whether the controller should look now: a completion queue that has room gets more of it without haste
     */
    boolean ring(long offset, int value) {
        store(offset, value);
        int index = (int) offset / Integer.BYTES;
        mark(index / Long.SIZE, 1L << index);
        return index % 2 == 0 || starving || Integer.compareUnsigned(value, (int) LIMIT.getOpaque(limits, index)) >= 0;
    }

    /** Gives a doorbell a value without a word, as a driver does that has mapped the page. */
    void store(long offset, int value) {
        VALUE.setRelease(page, offset, value);
    }

    /** A full fence, so that either the controller sees the mark or this thread sees that it starves. */
    private void mark(int word, long bit) {
        long before;
        do {
            before = rung.get(word);
        } while (!rung.compareAndSet(word, before, before | bit));
    }

    /**
     * A completion queue begins, or ends.
     *
     * @param offset its doorbell's
     * @param size entries; 0 when it ends
     */
    void limit(long offset, int size) {
        LIMIT.setOpaque(limits, (int) offset / Integer.BYTES, size);
    }

    /** Says whether the controller waits for room in a completion queue; it has to look again after it said so. */
    void starving(boolean waits) {
        starving = waits;
    }

    /** The last value of a doorbell; what the driver stored before is seen afterwards. */
    int value(long offset) {
        return (int) VALUE.getAcquire(page, offset);
    }

    /** How many words {@link #takeRung} has. */
    int words() {
        return rung.length();
    }

    /** Which of 64 doorbells were trapped since the last time: a bit for each. */
    long takeRung(int word) {
        return rung.get(word) == 0 ? 0 : rung.getAndSet(word, 0);
    }

    /** Back to power-on. */
    void reset() {
        page.fill((byte) 0);
        for (int i = 0; i < COUNT; i++) {
            LIMIT.setOpaque(limits, i, 0);
        }
        for (int i = 0; i < rung.length(); i++) {
            rung.set(i, 0);
        }
    }
}
