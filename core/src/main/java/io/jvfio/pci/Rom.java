// SPDX-License-Identifier: Apache-2.0
package io.jvfio.pci;

import io.jvfio.Hex;
import io.jvfio.device.VfioPci;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * A device's expansion ROM. It is read through the carrier, which turns it on for the time of the read.
 *
 * <p>Threads: thread-safe.
 */
public final class Rom {
    /** Larger ROMs than any that exists; a peer that claims more is not believed. */
    private static final long LARGEST_COPY = 64 * 1024 * 1024;

    private final PciDevice device;
    private final long size;

    Rom(PciDevice device, long size) {
        this.device = device;
        this.size = size;
    }

    /** How large it is in bytes; the image in it may be smaller. */
    public long size() {
        return size;
    }

    /**
     * Reads bytes. Blocks.
     *
     * @param offset bytes from the start
     * @param target native memory to fill
     * @return how many bytes were read: fewer than asked for only where the ROM or its image ends
     * @throws IndexOutOfBoundsException if the offset is outside
     * @throws IllegalStateException if the device is closed
     */
    public long read(long offset, MemorySegment target) {
        device.checkOpen();
        if (offset < 0 || offset >= size) {
            throw new IndexOutOfBoundsException("offset " + Hex.of(offset) + " is not inside " + this);
        }
        long wanted = Math.min(target.byteSize(), size - offset);
        long done = 0;
        while (done < wanted) {
            int moved = device.device()
                    .read(VfioPci.VFIO_PCI_ROM_REGION_INDEX, offset + done, target.asSlice(done, wanted - done));
            if (moved <= 0) {
                break;
            }
            done += moved;
        }
        return done;
    }

    /**
     * A copy of all of it. Blocks and allocates.
     *
     * @throws IllegalStateException if it claims more than 64 MiB, or the device is closed
     */
    public byte[] bytes() {
        if (size > LARGEST_COPY) {
            throw new IllegalStateException(this + " is too large to be copied whole");
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment copy = arena.allocate(size);
            return copy.asSlice(0, read(0, copy)).toArray(ValueLayout.JAVA_BYTE);
        }
    }

    /** {@code 0000:01:00.0 ROM of 0x10000 bytes}. */
    @Override
    public String toString() {
        return device.name() + " ROM of " + Hex.of(size) + " bytes";
    }
}
