// SPDX-License-Identifier: Apache-2.0
package com.example.carrier;

import io.jvfio.mmio.Layouts;
import io.jvfio.variant.RegionOps;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Registers that keep what is written to them.
 *
 * <p>Threads: thread-safe.
 */
final class MemoryRegion implements RegionOps {
    private final Arena arena = Arena.ofShared();
    private final MemorySegment memory;

    MemoryRegion(long size) {
        memory = arena.allocate(size, Long.BYTES);
    }

    @Override
    public long read(long offset, int width) {
        return switch (width) {
            case Byte.BYTES -> Byte.toUnsignedLong(memory.get(ValueLayout.JAVA_BYTE, offset));
            case Short.BYTES -> Short.toUnsignedLong(memory.get(Layouts.LE_SHORT, offset));
            case Integer.BYTES -> Integer.toUnsignedLong(memory.get(Layouts.LE_INT, offset));
            default -> memory.get(Layouts.LE_LONG, offset);
        };
    }

    @Override
    public void write(long offset, int width, long value) {
        switch (width) {
            case Byte.BYTES -> memory.set(ValueLayout.JAVA_BYTE, offset, (byte) value);
            case Short.BYTES -> memory.set(Layouts.LE_SHORT, offset, (short) value);
            case Integer.BYTES -> memory.set(Layouts.LE_INT, offset, (int) value);
            default -> memory.set(Layouts.LE_LONG, offset, value);
        }
    }

    /** Power-on values. */
    void reset() {
        memory.fill((byte) 0);
    }

    @Override
    public void release() {
        arena.close();
    }
}
