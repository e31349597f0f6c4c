// SPDX-License-Identifier: Apache-2.0
package io.jvfio.driver.nvme;

import io.jvfio.iommu.DmaBuffer;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * Bytes of a namespace that are read or written as one: what is asked for, how much of it is sent, and what became of it.
 * It is used again, so that extents cost no allocation.
 *
 * <p>Threads: one at a time.
 */
final class Extent {
    private int opcode;
    private long start;
    private long length;
    private @Nullable DmaBuffer buffer;
    private long at;
    private MemorySegment memory = MemorySegment.NULL;

    /** The first block that is not sent yet, and the one after the last. */
    private long next;

    private long end;
    private int underWay;
    private int status;
    private @Nullable RuntimeException problem;

    /** Bytes that the device itself puts into a buffer, or takes from there. */
    void direct(int newOpcode, long newStart, long newLength, DmaBuffer target, long offset) {
        set(newOpcode, newStart, newLength);
        buffer = target;
        at = offset;
        memory = MemorySegment.NULL;
    }

    /** Bytes that pass through memory of the driver's. */
    void staged(int newOpcode, long newStart, MemorySegment target) {
        set(newOpcode, newStart, target.byteSize());
        buffer = null;
        at = 0;
        memory = target;
    }

    private void set(int newOpcode, long newStart, long newLength) {
        opcode = newOpcode;
        start = newStart;
        length = newLength;
    }

    /** Nothing of it is sent: the blocks that it touches are to be. */
    void begin(int blockSize) {
        next = start / blockSize;
        end = (start + length + blockSize - 1) / blockSize;
        underWay = 0;
        status = 0;
        problem = null;
    }

    /** Lets go of memory that is the user's. */
    void forget() {
        buffer = null;
        memory = MemorySegment.NULL;
    }

    int opcode() {
        return opcode;
    }

    /** Where it starts in the namespace, in bytes. */
    long start() {
        return start;
    }

    long length() {
        return length;
    }

    /** The buffer that the device reaches, or null for one whose bytes are copied. */
    @Nullable DmaBuffer buffer() {
        return buffer;
    }

    /** Where a block is in the buffer, in bytes. */
    long bufferOffset(long lba, int blockSize) {
        return at + (lba * blockSize - start);
    }

    /** The user's memory, of one whose bytes are copied. */
    MemorySegment memory() {
        return memory;
    }

    long next() {
        return next;
    }

    /** How many blocks are not sent yet. */
    long left() {
        return end - next;
    }

    /** So many blocks more are sent, by one command. */
    void sent(int blocks) {
        next += blocks;
        underWay++;
    }

    /** A command of it has ended, well or with a failure that was told before. */
    void ended() {
        underWay--;
    }

    /** A command has failed; the rest is not sent. */
    void failed(int failedStatus) {
        if (status == 0) {
            status = failedStatus;
        }
        next = end;
    }

    /** Memory of the user's is not as it should be; the rest is not sent. */
    void failed(RuntimeException failure) {
        if (problem == null) {
            problem = failure;
        }
        next = end;
    }

    /** Whether all of it is sent, and nothing under way. */
    boolean isOver() {
        return next == end && underWay == 0;
    }

    /** The status of the first command of it that failed, or 0. */
    int status() {
        return status;
    }

    /** What was wrong with the user's memory, or null. */
    @Nullable RuntimeException problem() {
        return problem;
    }

    boolean succeeded() {
        return status == 0 && problem == null;
    }
}
