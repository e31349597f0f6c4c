// SPDX-License-Identifier: Apache-2.0
package io.jvfio.mmio;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;

/**
 * The place of a 32-bit field of a structure in memory, least significant byte first, as {@link Register32} is that of
 * a register. Keep it in a {@code static final} field: compiled code then holds the bare offset. Accesses are plain
 * ones of any alignment, but for {@link #acquire} and {@link #publish}; none blocks or allocates.
 *
 * <p>Threads: immutable.
 *
 * @param offset bytes from the start of the structure
 */
public record Word32(int offset) {
    private static final VarHandle HANDLE =
            Layouts.LE_INT.withByteAlignment(1).varHandle().withInvokeExactBehavior();

    private static final VarHandle ALIGNED = Layouts.LE_INT.varHandle().withInvokeExactBehavior();

    /** Checks the offset. */
    public Word32 {
        Offsets.checkField(offset);
    }

    /**
     * A field at an offset.
     *
     * @throws IllegalArgumentException if the offset is negative
     */
    public static Word32 at(int offset) {
        return new Word32(offset);
    }

    /**
     * Reads the field of a structure that starts where the memory does.
     *
     * @return the value, unsigned: all 32 bits
     * @throws IndexOutOfBoundsException if the field is not inside the memory
     */
    public int of(MemorySegment memory) {
        return of(memory, 0);
    }

    /**
     * Reads the field of a structure.
     *
     * @param base where the structure starts in the memory, in bytes
     * @return the value, unsigned: all 32 bits
     * @throws IndexOutOfBoundsException if the field is not inside the memory
     */
    public int of(MemorySegment memory, long base) {
        return (int) HANDLE.get(memory, base + offset);
    }

    /**
     * Writes the field of a structure that starts where the memory does.
     *
     * @param value what to write
     * @throws IndexOutOfBoundsException if the field is not inside the memory
     */
    public void set(MemorySegment memory, int value) {
        set(memory, 0, value);
    }

    /**
     * Writes the field of a structure.
     *
     * @param base where the structure starts in the memory, in bytes
     * @param value what to write
     * @throws IndexOutOfBoundsException if the field is not inside the memory
     */
    public void set(MemorySegment memory, long base, int value) {
        HANDLE.set(memory, base + offset, value);
    }

    /**
     * Reads a field that the other side writes as a sign that the rest is there: reads that follow see what it had
     * written.
     *
     * @param base where the structure starts in the memory, in bytes; the field is aligned to 4 bytes in memory
     * @throws IndexOutOfBoundsException if the field is not inside the memory
     */
    public int acquire(MemorySegment memory, long base) {
        return (int) ALIGNED.getAcquire(memory, base + offset);
    }

    /**
     * Writes a field as a sign for the other side, after all that was written before.
     *
     * @param base where the structure starts in the memory, in bytes; the field is aligned to 4 bytes in memory
     * @throws IndexOutOfBoundsException if the field is not inside the memory
     */
    public void publish(MemorySegment memory, long base, int value) {
        ALIGNED.setRelease(memory, base + offset, value);
    }
}
