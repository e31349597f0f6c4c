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

    /**
     * The two pages of shadow doorbells.
     *
     * @param values what the host writes
     * @param events where the controller says when it wants to be told
     */
    public record Shadow(MemorySegment values, MemorySegment events) {}

    /** A doorbell at an offset of the registers, whose value is 0. */
    public Doorbell(Mmio registers, long offset, @Nullable Shadow shadow) {
        this.registers = registers;
        this.offset = offset;
        boolean covered = shadow != null && offset - FIRST < shadow.values().byteSize();
        this.shadow = covered ? shadow : null;
    }

    /** The queue was made anew: both sides take the value as 0. */
    public void clear() {
        last = 0;
        if (shadow != null) {
            DoorbellBuffer.publish(shadow.values(), offset - FIRST, 0);
            DoorbellBuffer.publish(shadow.events(), offset - FIRST, 0);
        }
    }

    /** Tells the controller a new value, after all that was written before. */
    public void ring(int value) {
        if (shadow != null) {
            DoorbellBuffer.publish(shadow.values(), offset - FIRST, value);
            // The controller stores its event, then looks at the value: one of us sees what the other one wrote.
            VarHandle.fullFence();
            int before = last;
            last = value;
            int event = DoorbellBuffer.acquire(shadow.events(), offset - FIRST);
            if (!DoorbellBuffer.passes(event, value, before)) {
                return;
            }
        }
        registers.write32(offset, value);
    }

    /** Tells the controller the value even if it does not want to be told. */
    public void ringAgain(int value) {
        registers.write32(offset, value);
    }
}
