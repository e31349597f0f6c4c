// SPDX-License-Identifier: Apache-2.0
package io.jvfio.driver.nvme.spec;

import io.jvfio.mmio.Word32;
import java.lang.foreign.MemorySegment;

/**
 * Shadow doorbells (5.7, 7.13): two pages of memory laid out as the doorbells are. The host writes a doorbell's value to
 * the first page, and rings the real one only when it passes the value that the controller left in the second. Each side
 * stores, then has a full fence, then loads what the other one stores.
 *
 * <p>Threads: constants.
 */
public final class DoorbellBuffer {
    private static final Word32 VALUE = Word32.at(0);

    private DoorbellBuffer() {}

    /**
     * Where the value for the tail of a submission queue is, in both pages.
     *
     * @param queue the queue's number, 1 to 65535
     * @param stride CAP.DSTRD
     */
    public static long submission(int queue, int stride) {
        return ControllerRegisters.submissionDoorbell(queue, stride) - ControllerRegisters.DOORBELLS;
    }

    /**
     * Where the value for the head of a completion queue is, in both pages.
     *
     * @param queue the queue's number, 1 to 65535
     * @param stride CAP.DSTRD
     */
    public static long completion(int queue, int stride) {
        return ControllerRegisters.completionDoorbell(queue, stride) - ControllerRegisters.DOORBELLS;
    }

    /** Reads a value that the other side writes; what it wrote before is seen afterwards. */
    public static int acquire(MemorySegment page, long offset) {
        return VALUE.acquire(page, offset);
    }

    /** Writes a value for the other side, after all that was written before. */
    public static void publish(MemorySegment page, long offset, int value) {
        VALUE.publish(page, offset, value);
    }

    /**
     * Whether a doorbell passes the value at which the controller wants to be told: it lies in the values from
     * {@code last + 1} to {@code now}. When a queue wraps, the answer errs on the side of ringing.
     *
     * @param event what the controller left
     * @param now the value that was just written to the first page
     * @param last the value that was there before
     */
    public static boolean passes(int event, int now, int last) {
        return (now - event - 1 & 0xffff) < (now - last & 0xffff);
    }
}
