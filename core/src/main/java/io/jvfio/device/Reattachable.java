// SPDX-License-Identifier: Apache-2.0
package io.jvfio.device;

import io.jvfio.iommu.AddressSpace;

/**
 * A device that can change its address space while it is open: kernel devices opened by cdev, vfio-user devices and
 * models. Group devices cannot ({@code VFIO_GROUP_UNSET_CONTAINER} is EBUSY while one is open).
 *
 * <p>Each method is all or nothing: on failure the device is where it was.
 *
 * <p>Threads: thread-safe.
 */
public interface Reattachable {

    /**
     * Joins an address space of the device's own carrier; its maps become reachable.
     *
     * @throws IllegalStateException if the device is attached
     * @throws IllegalArgumentException if the space is of another carrier or another context
     */
    void attach(AddressSpace space);

    /**
     * Leaves the address space: every DMA of the device is refused until it joins one again.
     *
     * @throws IllegalStateException if the device is not attached
     */
    void detach();

    /**
     * Moves to another address space without a moment in neither.
     *
     * @throws IllegalStateException if the device is not attached
     * @throws IllegalArgumentException if the space is of another carrier or another context
     */
    void replace(AddressSpace space);
}
