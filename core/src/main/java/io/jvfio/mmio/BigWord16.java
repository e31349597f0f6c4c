// SPDX-License-Identifier: Apache-2.0
package io.jvfio.mmio;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;

/**
 * The place of a 16-bit field of a structure in memory, most significant byte first. Keep it in a {@code static final}
 * field: compiled code then holds the bare offset. Accesses are plain ones of any alignment; none blocks or allocates.
 *
 * <p>Threads: immutable.
 *
 * @param offset bytes from the start of the structure
 */
public record BigWord16(int offset) {
    private static final VarHandle HANDLE =
            Layouts.BE_SHORT.withByteAlignment(1).varHandle().withInvokeExactBehavior();

    /** Checks the offset. */
    public BigWord16 {
        Offsets.checkField(offset);
    }

    /**
     * A field at an offset.
     *
     * @throws IllegalArgumentException if the offset is negative
     */
    public static BigWord16 at(int offset) {
        return new BigWord16(offset);
    }

    /**
     * Reads the field of a structure that starts where the memory does.
     *
     * @return the value, unsigned: 0 to 0xffff
     * @throws IndexOutOfBoundsException if the field is not inside the memory
     */
    public int of(MemorySegment memory) {
        return of(memory, 0);
    }

    /**
     * Reads the field of a structure.
     *
     * @param base where the structure starts in the memory, in bytes
     * @return the value, unsigned: 0 to 0xffff
     * @throws IndexOutOfBoundsException if the field is not inside the memory
     */
    public int of(MemorySegment memory, long base) {
        return (short) HANDLE.get(memory, base + offset) & 0xffff;
    }

    /**
     * Writes the field of a structure that starts where the memory does.
     *
     * @param value the low 16 bits of it are written
     * @throws IndexOutOfBoundsException if the field is not inside the memory
     */
    public void set(MemorySegment memory, int value) {
        set(memory, 0, value);
    }

    /**
     * Writes the field of a structure.
     *
     * @param base where the structure starts in the memory, in bytes
     * @param value the low 16 bits of it are written
     * @throws IndexOutOfBoundsException if the field is not inside the memory
     */
    public void set(MemorySegment memory, long base, int value) {
        HANDLE.set(memory, base + offset, (short) value);
    }
}
