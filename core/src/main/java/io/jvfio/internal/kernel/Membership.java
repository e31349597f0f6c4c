// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.kernel;

import io.jvfio.device.Reattachable;
import io.jvfio.internal.sys.Descriptor;
import io.jvfio.iommu.AddressSpace;
import org.jspecify.annotations.Nullable;

/**
 * What an open device holds of its address space: its descriptor, and its place there.
 *
 * <p>Threads: thread-safe.
 */
interface Membership extends AutoCloseable {

    /** The device's descriptor, closed by {@link #close}. */
    Descriptor device();

    /** The descriptor of the group through which the device was opened, borrowed; null if it was opened by its own node. */
    @Nullable Descriptor group();

    /** The space in which the device is now. */
    AddressSpace space();

    /** How to move to another space, or null where the kernel does not let it. */
    @Nullable Reattachable reattachable();

    /** Closes the device's descriptor and leaves the space. Idempotent. */
    @Override
    void close();
}
