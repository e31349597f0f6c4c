// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.kernel;

import io.jvfio.VfioException;
import io.jvfio.iommu.AddressSpace;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * An address space of the kernel, into which devices are opened.
 *
 * <p>Threads: thread-safe.
 */
interface KernelSpace extends AddressSpace {

    /**
     * Opens a device in this space.
     *
     * @param token the VF token, or null
     * @return what the device holds of the space
     * @throws VfioException if the kernel refuses; the space is as before
     */
    Membership join(Target device, @Nullable UUID token);
}
