// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vfiouser.protocol;

import io.jvfio.mmio.Layouts;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;

/**
 * The last value of a register in memory that client and server share: little-endian, as registers are. What was stored
 * before a value was, is there for who finds the value.
 *
 * <p>Threads: thread-safe, as each is one access; nothing allocates.
 */
public final class ShadowWord {
    private static final VarHandle BYTE = handle(Layouts.BYTE.varHandle());
    private static final VarHandle SHORT = handle(Layouts.LE_SHORT.varHandle());
    private static final VarHandle INT = handle(Layouts.LE_INT.varHandle());
    private static final VarHandle LONG = handle(Layouts.LE_LONG.varHandle());

    private ShadowWord() {}

    private static VarHandle handle(VarHandle layouts) {
        return layouts.withInvokeExactBehavior();
    }

    /**
     * Sets a value.
     *
     * @param at bytes from the memory's start, a multiple of the width
     * @param width 1, 2, 4 or 8 bytes
     */
    public static void set(MemorySegment memory, long at, int width, long value) {
        switch (width) {
            case 1 -> BYTE.setRelease(memory, at, (byte) value);
            case 2 -> SHORT.setRelease(memory, at, (short) value);
            case 4 -> INT.setRelease(memory, at, (int) value);
            case 8 -> LONG.setRelease(memory, at, value);
            default -> throw new IllegalArgumentException("a register of " + width + " bytes");
        }
    }

    /** The value, zero-extended. */
    public static long get(MemorySegment memory, long at, int width) {
        return switch (width) {
            case 1 -> Byte.toUnsignedLong((byte) BYTE.getAcquire(memory, at));
            case 2 -> Short.toUnsignedLong((short) SHORT.getAcquire(memory, at));
            case 4 -> Integer.toUnsignedLong((int) INT.getAcquire(memory, at));
            case 8 -> (long) LONG.getAcquire(memory, at);
            default -> throw new IllegalArgumentException("a register of " + width + " bytes");
        };
    }
}
