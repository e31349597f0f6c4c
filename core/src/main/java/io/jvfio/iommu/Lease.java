// SPDX-License-Identifier: Apache-2.0
package io.jvfio.iommu;

/** What a {@link DmaBuffer} stands on: memory of its own, a part of a pool, or memory of the caller. */
interface Lease {

    /** Whether the buffer may be used. */
    boolean isOpen();

    /** Whether the device's addresses all lie there. */
    boolean within(IovaRange range);

    /** Ends it; idempotent. What it throws, and what is then left, is said at {@link DmaBuffer#close}. */
    void close();
}
