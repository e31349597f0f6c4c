// SPDX-License-Identifier: Apache-2.0
package io.jvfio.variant;

import io.jvfio.mmio.RegisterPort;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * Moves bytes by registers: in accesses of four bytes where both ends are aligned to that, for which every register bank
 * is made, and in smaller ones at the ends.
 *
 * <p>Threads: stateless.
 */
final class RegisterBytes {
    private static final ValueLayout.OfByte LE_8 = ValueLayout.JAVA_BYTE;
    private static final ValueLayout.OfShort LE_16 =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt LE_32 = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private RegisterBytes() {}

    static int read(RegisterPort port, long offset, MemorySegment target) {
        long size = target.byteSize();
        for (long done = 0; done < size; ) {
            int width = width(offset + done, size - done);
            long value = port.read(offset + done, width);
            switch (width) {
                case Byte.BYTES -> target.set(LE_8, done, (byte) value);
                case Short.BYTES -> target.set(LE_16, done, (short) value);
                default -> target.set(LE_32, done, (int) value);
            }
            done += width;
        }
        return (int) size;
    }

    static int write(RegisterPort port, long offset, MemorySegment source) {
        long size = source.byteSize();
        for (long done = 0; done < size; ) {
            int width = width(offset + done, size - done);
            long value = switch (width) {
                case Byte.BYTES -> Byte.toUnsignedLong(source.get(LE_8, done));
                case Short.BYTES -> Short.toUnsignedLong(source.get(LE_16, done));
                default -> Integer.toUnsignedLong(source.get(LE_32, done));
            };
            port.write(offset + done, width, value);
            done += width;
        }
        return (int) size;
    }

    /** The largest of 4, 2 and 1 to which the offset is aligned and that is left. */
    private static int width(long offset, long left) {
        if ((offset & 3) == 0 && left >= Integer.BYTES) {
            return Integer.BYTES;
        }
        return (offset & 1) == 0 && left >= Short.BYTES ? Short.BYTES : Byte.BYTES;
    }
}
