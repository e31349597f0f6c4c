// SPDX-License-Identifier: Apache-2.0
package io.jvfio.device;

import java.util.List;

/**
 * Tells which registers of a device are doorbells, whose writes nobody has to wait for: an ability of devices with such
 * registers. A server may then take such a write by memory that it shares and a signal, instead of by a message.
 *
 * <p>What is said of a register is that the value written last stands for those before it, which need not arrive if they
 * follow each other quickly; that writes of different registers may arrive in another order; and that a write that
 * fails, since the device does not decode for one, is told to nobody.
 *
 * <p>Threads: thread-safe.
 */
@FunctionalInterface
public interface PostedRegisters {
    /** No register is posted. */
    PostedRegisters NONE = region -> List.of();

    /**
     * The posted registers of a region; they never change.
     *
     * @param region its index
     * @return those that matter most first, none of which overlaps another
     */
    List<Register> of(int region);

    /**
     * A register.
     *
     * @param offset bytes from the region's start, a multiple of the width
     * @param width bytes of each write: 1, 2, 4 or 8
     */
    record Register(long offset, int width) {
        /** Checks the numbers. */
        public Register {
            if (width < 1 || width > Long.BYTES || Integer.bitCount(width) != 1 || offset < 0 || offset % width != 0) {
                throw new IllegalArgumentException("a register of " + width + " bytes at " + offset);
            }
        }
    }
}
