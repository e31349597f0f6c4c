// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.kernel;

import io.jvfio.iommu.AddressSpace;

/**
 * What a device that was opened by its own node can attach to: an object of iommufd that translates its addresses.
 *
 * <p>Threads: thread-safe.
 */
interface PageTable extends AddressSpace {

    /** Its id in the iommufd ({@code pt_id} of {@code VFIO_DEVICE_ATTACH_IOMMUFD_PT}). */
    int ptId();

    /** The iommufd that it is an object of. */
    Iommufd iommufd();

    /** What errors call it. */
    String label();

    /**
     * A device is about to attach; until {@link #leave} the space cannot be closed.
     *
     * @throws IllegalStateException if it is closed
     */
    void enter();

    /** A device has attached: it may reach less than those before. */
    void entered();

    /** A device has detached, or could not attach. */
    void leave();
}
