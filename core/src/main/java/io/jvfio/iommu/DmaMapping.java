// SPDX-License-Identifier: Apache-2.0
package io.jvfio.iommu;

import io.jvfio.VfioException;

/**
 * One mapping of an address space; closed by its owner.
 *
 * <p>Threads: thread-safe.
 */
public interface DmaMapping extends AutoCloseable {

    /** Where it is mapped; without an IOMMU the first of its contiguous runs. */
    IovaRange range();

    /** The first IOVA. */
    default long iova() {
        return range().start();
    }

    /** How many bytes are mapped. */
    long length();

    /** What is mapped. */
    DmaSource source();

    /** What the device may do. */
    Access access();

    /** What the request called it; may be empty. */
    String label();

    /**
     * The address that a device must be given for a byte of the mapping: with an IOMMU {@code iova() + offset}, without
     * one the physical address.
     *
     * @param offset bytes, 0 to {@code length() - 1}
     * @throws IndexOutOfBoundsException if the offset is outside
     */
    long deviceAddress(long offset);

    /**
     * How many bytes from {@code offset} on are contiguous for the device: with an IOMMU the rest of the mapping.
     *
     * @param offset bytes, 0 to {@code length() - 1}
     * @throws IndexOutOfBoundsException if the offset is outside
     */
    long contiguous(long offset);

    /** Whether {@link #close} has not succeeded yet. */
    boolean isOpen();

    /**
     * Unmaps. When it returns no device reaches the memory any more. Waits, bounded, for transfers of a device model
     * that are under way. Idempotent.
     *
     * @throws VfioException if the carrier refuses, EBUSY if a transfer does not end; the mapping stays and the memory
     *     must not be reused
     */
    @Override
    void close();
}
