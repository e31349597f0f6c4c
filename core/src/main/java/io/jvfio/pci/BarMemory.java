// SPDX-License-Identifier: Apache-2.0
package io.jvfio.pci;

import io.jvfio.Errno;
import io.jvfio.Hex;
import io.jvfio.VfioException;
import io.jvfio.mmio.Layouts;
import io.jvfio.mmio.Mmio;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Bulk access to a BAR that is memory. Bytes move in whole, aligned 8-byte accesses, in ascending order: arm64 faults at
 * any other in a mapped BAR. Parts that are not mapped move through the carrier in larger pieces. A fault is explained as
 * in {@link PciDevice#guard(Runnable)}; then part of the bytes may have moved.
 *
 * <p>Threads: thread-safe as far as the device's memory is. Blocks in proportion to the size: uncached reads take about a
 * microsecond for 8 bytes. Allocates only where a part is not mapped and the other side is heap memory.
 */
public final class BarMemory {
    private static final int UNIT = Long.BYTES;

    /** How many bytes are written at once, or move through native memory when the other side is on the heap. */
    private static final int STAGE = 64 * 1024;

    /** Keeps the order of bytes on any CPU: {@link Mmio} reads little-endian, and so is this. */
    private static final ValueLayout.OfLong BYTES_IN_ORDER = Layouts.LE_LONG.withByteAlignment(1);

    private final PciDevice device;
    private final int region;
    private final Mmio mmio;

    BarMemory(PciDevice device, int region, Mmio mmio) {
        this.device = device;
        this.region = region;
        this.mmio = mmio;
    }

    /** How many bytes there are. */
    public long size() {
        return mmio.size();
    }

    /**
     * Reads bytes.
     *
     * @param offset bytes from the BAR's start, a multiple of 8
     * @param target what to fill; a multiple of 8 bytes, heap or native
     * @throws IllegalArgumentException if offset or size is not a multiple of 8
     * @throws IndexOutOfBoundsException if the bytes are not inside the BAR
     */
    public void read(long offset, MemorySegment target) {
        check(offset, target.byteSize());
        boolean mapped = mmio.isMapped(offset, target.byteSize());
        device.guard(() -> {
            if (mapped) {
                for (long at = 0; at < target.byteSize(); at += UNIT) {
                    target.set(BYTES_IN_ORDER, at, mmio.read64(offset + at));
                }
            } else {
                transfer(offset, target, true);
            }
        });
    }

    /**
     * Writes bytes.
     *
     * @param offset bytes from the BAR's start, a multiple of 8
     * @param source what to take; a multiple of 8 bytes, heap or native
     * @throws IllegalArgumentException if offset or size is not a multiple of 8
     * @throws IndexOutOfBoundsException if the bytes are not inside the BAR
     */
    public void write(long offset, MemorySegment source) {
        check(offset, source.byteSize());
        boolean mapped = mmio.isMapped(offset, source.byteSize());
        device.guard(() -> {
            if (mapped) {
                for (long at = 0; at < source.byteSize(); at += STAGE) {
                    int words = (int) (Math.min(STAGE, source.byteSize() - at) / UNIT);
                    mmio.write64s(offset + at, source, at, words);
                }
            } else {
                transfer(offset, source, false);
            }
        });
    }

    private void transfer(long offset, MemorySegment bytes, boolean reading) {
        if (bytes.isNative()) {
            carry(offset, bytes, reading);
            return;
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment stage = arena.allocate(Math.min(STAGE, bytes.byteSize()), UNIT);
            for (long at = 0; at < bytes.byteSize(); at += STAGE) {
                MemorySegment part = bytes.asSlice(at, Math.min(STAGE, bytes.byteSize() - at));
                MemorySegment staged = stage.asSlice(0, part.byteSize());
                if (reading) {
                    carry(offset + at, staged, true);
                    part.copyFrom(staged);
                } else {
                    staged.copyFrom(part);
                    carry(offset + at, staged, false);
                }
            }
        }
    }

    private void carry(long offset, MemorySegment bytes, boolean reading) {
        long done = 0;
        while (done < bytes.byteSize()) {
            MemorySegment rest = bytes.asSlice(done);
            int moved = reading
                    ? device.device().read(region, offset + done, rest)
                    : device.device().write(region, offset + done, rest);
            if (moved <= 0) {
                throw new VfioException(
                        reading ? "read" : "write",
                        Errno.EIO,
                        mmio + ", offset " + Hex.of(offset + done),
                        "the carrier stopped before the region's end");
            }
            done += moved;
        }
    }

    private void check(long offset, long length) {
        if (offset < 0 || offset > size() || length > size() - offset) {
            throw new IndexOutOfBoundsException(
                    Hex.of(length) + " bytes at offset " + Hex.of(offset) + " are not inside " + mmio);
        }
        if (((offset | length) & (UNIT - 1)) != 0) {
            throw new IllegalArgumentException(
                    "offset " + Hex.of(offset) + " and length " + Hex.of(length) + " have to be multiples of 8");
        }
    }

    /** {@code 0000:01:00.0 BAR 0 of 0x4000 bytes}, as of its registers. */
    @Override
    public String toString() {
        return mmio.toString();
    }
}
