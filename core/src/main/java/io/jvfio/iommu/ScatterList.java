// SPDX-License-Identifier: Apache-2.0
package io.jvfio.iommu;

import io.jvfio.Hex;
import java.util.Arrays;
import java.util.Objects;

/**
 * Memory in parts, by the addresses that the device has for them, in the order in which data goes there or comes from
 * there. Parts that follow each other in address become one. It can be used again and allocates only where it has more
 * parts than ever before.
 *
 * <p>Threads: one at a time.
 */
public final class ScatterList {
    private static final int FIRST_CAPACITY = 8;

    private long[] addresses = new long[FIRST_CAPACITY];
    private long[] lengths = new long[FIRST_CAPACITY];
    private int parts;
    private long size;

    /** An empty list. */
    public ScatterList() {}

    /** Makes it empty. */
    public ScatterList clear() {
        parts = 0;
        size = 0;
        return this;
    }

    /**
     * Adds a part of a buffer, which may be several for the device where there is no IOMMU.
     *
     * @param offset where the part starts, in bytes
     * @param length bytes, 0 or more
     * @throws IndexOutOfBoundsException if these bytes are not inside the buffer
     * @throws IllegalStateException if the buffer is closed
     */
    public ScatterList add(DmaBuffer buffer, long offset, long length) {
        Objects.checkFromIndexSize(offset, length, buffer.size());
        for (long at = offset; at < offset + length; ) {
            long run = Math.min(offset + length - at, buffer.contiguous(at));
            add(buffer.deviceAddress(at), run);
            at += run;
        }
        return this;
    }

    /**
     * Adds a part by its address.
     *
     * @param deviceAddress where the device finds it
     * @param length bytes, 0 or more
     * @throws IllegalArgumentException if the length is negative or reaches beyond the last address
     */
    public ScatterList add(long deviceAddress, long length) {
        if (length < 0 || length > 0 && Long.compareUnsigned(deviceAddress + length - 1, deviceAddress) < 0) {
            throw new IllegalArgumentException(Hex.of(length) + " bytes at " + Hex.of(deviceAddress));
        }
        if (length == 0) {
            return this;
        }
        size = Math.addExact(size, length);
        if (parts > 0 && addresses[parts - 1] + lengths[parts - 1] == deviceAddress) {
            lengths[parts - 1] += length;
            return this;
        }
        if (parts == addresses.length) {
            addresses = Arrays.copyOf(addresses, 2 * parts);
            lengths = Arrays.copyOf(lengths, 2 * parts);
        }
        addresses[parts] = deviceAddress;
        lengths[parts] = length;
        parts++;
        return this;
    }

    /** Adds all parts of another list. */
    public ScatterList add(ScatterList other) {
        for (int part = 0; part < other.parts; part++) {
            add(other.addresses[part], other.lengths[part]);
        }
        return this;
    }

    /** How many parts. */
    public int parts() {
        return parts;
    }

    /** How many bytes. */
    public long size() {
        return size;
    }

    /**
     * Where the device finds a part.
     *
     * @param part 0 to {@code parts() - 1}
     */
    public long address(int part) {
        return addresses[Objects.checkIndex(part, parts)];
    }

    /**
     * How many bytes a part has.
     *
     * @param part 0 to {@code parts() - 1}
     */
    public long length(int part) {
        return lengths[Objects.checkIndex(part, parts)];
    }

    /** {@code 0x3000 bytes in 2 parts}. */
    @Override
    public String toString() {
        return Hex.of(size) + " bytes in " + parts + (parts == 1 ? " part" : " parts");
    }
}
