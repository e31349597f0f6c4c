// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.sys;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * The value of a register in memory that others have too: little-endian, as registers are. What was stored before a value
 * was, is there for who finds the value.
 *
 * <p>Threads: thread-safe, as each is one access; nothing allocates.
 */
public final class SharedWord {
    private static final VarHandle BYTE = handle(ValueLayout.JAVA_BYTE);
    private static final VarHandle SHORT = handle(ValueLayout.JAVA_SHORT);
    private static final VarHandle INT = handle(ValueLayout.JAVA_INT);
    private static final VarHandle LONG = handle(ValueLayout.JAVA_LONG);

    private SharedWord() {}

    private static VarHandle handle(ValueLayout layout) {
        return layout.withOrder(ByteOrder.LITTLE_ENDIAN).varHandle().withInvokeExactBehavior();
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
