// SPDX-License-Identifier: Apache-2.0
package io.jvfio.carrier;

import io.jvfio.DeviceLocator;
import io.jvfio.device.OpenOptions;
import io.jvfio.device.VfioDevice;
import io.jvfio.iommu.AddressSpace;
import java.util.Map;

/**
 * A way to open devices: the kernel, a vfio-user socket, a model. Found by {@link java.util.ServiceLoader} and asked by
 * the scheme of a locator.
 *
 * <p>Threads: thread-safe.
 */
public interface CarrierProvider {

    /**
     * The locator schemes that it opens, each with what it opens, in one line for people that begins with the form of the
     * target: {@code vfio-user} with "SOCKET: a device that another process serves". No two providers may name the same.
     */
    Map<String, String> schemes();

    /**
     * Opens a device in an address space. Blocks.
     *
     * @param context the user's context
     * @param locator one of this provider's schemes
     * @param options what the user asked for; an address space in it must be of this carrier
     * @return the device, owned by the caller. If no space was given, the device owns a private one and closes it last
     * @throws io.jvfio.VfioException if it cannot be opened; nothing is left open
     * @throws IllegalArgumentException if the locator is malformed or the address space is of another carrier
     */
    VfioDevice open(CarrierContext context, DeviceLocator locator, OpenOptions options);

    /**
     * An empty address space in which devices like the one named can be opened together.
     *
     * @param context the user's context
     * @param like a locator of a device that will join first
     * @param options the carrier's choice of address space
     * @return the space, owned by the caller
     */
    AddressSpace addressSpace(CarrierContext context, DeviceLocator like, OpenOptions options);
}
