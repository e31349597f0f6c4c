// SPDX-License-Identifier: Apache-2.0
package io.jvfio.mmio;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;

/**
 * The place of a 64-bit field of a structure in memory, most significant byte first, as {@link BigRegister64} is that
 * of a register. Keep it in a {@code static final} field: compiled code then holds the bare offset. Accesses are plain
 * ones of any alignment; none blocks or allocates.
 *
 * <p>Threads: immutable.
 *
 * @param offset bytes from the start of the structure
 */
public record BigWord64(int offset) {
    private static final VarHandle HANDLE =
            Layouts.BE_LONG.withByteAlignment(1).varHandle().withInvokeExactBehavior();

    /** Checks the offset. */
    public BigWord64 {
        Offsets.checkField(offset);
    }

    /**
     * A field at an offset.
     *
     * @throws IllegalArgumentException if the offset is negative
     */
    public static BigWord64 at(int offset) {
        return new BigWord64(offset);
    }

    /**
     * Reads the field of a structure that starts where the memory does.
     *
     * @return the value, unsigned: all 64 bits
     * @throws IndexOutOfBoundsException if the field is not inside the memory
     */
    public long of(MemorySegment memory) {
        return of(memory, 0);
    }

    /**
     * Reads the field of a structure.
     *
     * @param base where the structure starts in the memory, in bytes
     * @return the value, unsigned: all 64 bits
     * @throws IndexOutOfBoundsException if the field is not inside the memory
     */
    public long of(MemorySegment memory, long base) {
        return (long) HANDLE.get(memory, base + offset);
    }

    /**
     * Writes the field of a structure that starts where the memory does.
     *
     * @param value what to write
     * @throws IndexOutOfBoundsException if the field is not inside the memory
     */
    public void set(MemorySegment memory, long value) {
        set(memory, 0, value);
    }

    /**
     * Writes the field of a structure.
     *
     * @param base where the structure starts in the memory, in bytes
     * @param value what to write
     * @throws IndexOutOfBoundsException if the field is not inside the memory
     */
    public void set(MemorySegment memory, long base, long value) {
        HANDLE.set(memory, base + offset, value);
    }
}
