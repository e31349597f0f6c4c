// SPDX-License-Identifier: Apache-2.0
package io.jvfio.driver.nvme.queue;

import io.jvfio.driver.nvme.spec.ControllerRegisters;
import io.jvfio.driver.nvme.spec.DoorbellBuffer;
import io.jvfio.mmio.Mmio;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * A doorbell register, with its shadow in memory if there is one.
 *
 * <p>Threads: one at a time.
 */
public final class Doorbell {
    private static final long FIRST = ControllerRegisters.DOORBELLS;

    private final Mmio registers;
    private final long offset;
    private final @Nullable Shadow shadow;
    private int last;

    /** The two pages of shadow doorbells. Threads: thread-safe. */
    public static final class Shadow {
        private final MemorySegment values;
        private final MemorySegment events;
        private volatile boolean trusted = true;

        /**
         * Pages of doorbells.
         *
         * @param values what the host writes
         * @param events where the controller says when it wants to be told
         */
        public Shadow(MemorySegment values, MemorySegment events) {
            this.values = values;
            this.events = events;
        }

        /** Whether the controller looks at the pages, as far as is known. */
        public boolean isTrusted() {
            return trusted;
        }

        /** The controller does not look at the pages: every change is told to its registers, too. */
        public void distrust() {
            trusted = false;
        }

        /** Empties both pages. */
        public void clear() {
            values.fill((byte) 0);
            events.fill((byte) 0);
        }
    }

    /** A doorbell at an offset of the registers, whose value is 0. */
    public Doorbell(Mmio registers, long offset, @Nullable Shadow shadow) {
        this.registers = registers;
        this.offset = offset;
        boolean covered = shadow != null && offset - FIRST < shadow.values.byteSize();
        this.shadow = covered ? shadow : null;
    }

    /** The queue was made anew: both sides take the value as 0. */
    public void clear() {
        last = 0;
        if (shadow != null) {
            DoorbellBuffer.publish(shadow.values, offset - FIRST, 0);
            DoorbellBuffer.publish(shadow.events, offset - FIRST, 0);
        }
    }

    /** Tells the controller a new value, after all that was written before. */
    public void ring(int value) {
        if (shadow != null) {
            DoorbellBuffer.publish(shadow.values, offset - FIRST, value);
            // The controller stores its event, then looks at the value: one of us sees what the other one wrote.
            VarHandle.fullFence();
            int before = last;
            last = value;
            int event = DoorbellBuffer.acquire(shadow.events, offset - FIRST);
            if (shadow.trusted && !DoorbellBuffer.passes(event, value, before)) {
                return;
            }
        }
        registers.write32(offset, value);
    }

    /**
     * Tells the controller the value even if it does not want to be told, as it seems not to have noticed it. From now on
     * it is told of every one: it may not look at its shadow.
     */
    public void ringAgain(int value) {
        if (shadow != null) {
            shadow.distrust();
        }
        registers.write32(offset, value);
    }
}
