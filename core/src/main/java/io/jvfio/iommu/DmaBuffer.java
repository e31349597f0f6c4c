// SPDX-License-Identifier: Apache-2.0
package io.jvfio.iommu;

import io.jvfio.Hex;
import io.jvfio.VfioException;
import java.lang.foreign.MemorySegment;
import java.util.Objects;

/**
 * Memory that a device reaches by DMA, with the addresses to give to the device.
 *
 * <p>The device reads and writes the memory while the program runs, so that ordinary reads may be stale or torn. Fields
 * that both sides use are accessed by {@code publish} and {@code acquire} of {@link io.jvfio.mmio.Word32} and its like, or
 * by the rings of {@code io.jvfio.ring}, which order the plain accesses around them. Where {@link Dma#coherent} says true no
 * other step is needed before or after a transfer.
 *
 * <p>Without an IOMMU nothing keeps the device inside the buffer: a wrong register value overwrites any memory of the
 * machine, this process included.
 *
 * <p>Threads: thread-safe; the order of accesses to the memory is the user's business.
 */
public final class DmaBuffer implements AutoCloseable {
    private final Lease lease;
    private final DmaMapping mapping;
    private final MemorySegment memory;

    /** Where the buffer starts in what is mapped, in bytes. */
    private final long start;

    private final long pageSize;
    private final String label;

    DmaBuffer(Lease lease, DmaMapping mapping, MemorySegment memory, long start, long pageSize, String label) {
        this.lease = lease;
        this.mapping = mapping;
        this.memory = memory;
        this.start = start;
        this.pageSize = pageSize;
        this.label = label;
    }

    /**
     * The memory, exactly {@link #size} bytes. Fetch it once: after close this method throws, and so does every access
     * to the memory of a buffer that is not from a pool.
     *
     * @throws IllegalStateException if the buffer is closed
     */
    public MemorySegment memory() {
        checkOpen();
        return memory;
    }

    /** How many bytes, as asked for. */
    public long size() {
        return memory.byteSize();
    }

    /**
     * The device's address of the first byte.
     *
     * @throws IllegalStateException if the buffer is closed
     */
    public long iova() {
        return deviceAddress(0);
    }

    /**
     * The device's address of a byte: with an IOMMU {@code iova() + offset}, without one the physical address.
     *
     * @param offset bytes, 0 to {@code size() - 1}
     * @throws IndexOutOfBoundsException if the offset is outside
     * @throws IllegalStateException if the buffer is closed
     */
    public long deviceAddress(long offset) {
        checkOpen();
        return mapping.deviceAddress(start + Objects.checkIndex(offset, memory.byteSize()));
    }

    /**
     * How many bytes from {@code offset} on are contiguous for the device: with an IOMMU the rest of the buffer.
     *
     * @param offset bytes, 0 to {@code size() - 1}
     * @throws IndexOutOfBoundsException if the offset is outside
     * @throws IllegalStateException if the buffer is closed
     */
    public long contiguous(long offset) {
        checkOpen();
        long at = Objects.checkIndex(offset, memory.byteSize());
        return Math.min(memory.byteSize() - at, mapping.contiguous(start + at));
    }

    /**
     * The size of the CPU's pages that the memory really has, in bytes. Of memory of the caller it is not known, and the
     * ordinary size is told.
     */
    public long pageSize() {
        return pageSize;
    }

    /** What it was called; may be empty. */
    public String label() {
        return label;
    }

    /** Whether {@link #close} has not been called, nor the pool, the arena or the device closed. */
    public boolean isOpen() {
        return lease.isOpen();
    }

    /**
     * Gives the buffer back: unmaps it and frees the memory, or returns it to its pool. Memory of the caller is unmapped
     * and stays. Idempotent.
     *
     * <p>If the unmap fails, the device may still write into the memory: it is kept out of use until the device has been
     * reset or closed. Without an IOMMU that happens always.
     *
     * @throws VfioException if the unmap fails; the buffer is closed all the same
     * @throws IllegalStateException if a system call is using the memory; the buffer is still open then, and close may
     *     be tried again
     */
    @Override
    public void close() {
        lease.close();
    }

    private void checkOpen() {
        if (!lease.isOpen()) {
            throw new IllegalStateException(this + " is closed");
        }
    }

    @Override
    public String toString() {
        String name = label.isEmpty() ? "DMA buffer" : "DMA buffer \"" + label + '"';
        return name + " of " + Hex.of(memory.byteSize()) + " bytes at " + Hex.of(mapping.deviceAddress(start));
    }
}
