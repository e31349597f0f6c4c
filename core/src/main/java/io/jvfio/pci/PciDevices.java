// SPDX-License-Identifier: Apache-2.0
package io.jvfio.pci;

import io.jvfio.carrier.CarrierContext;
import io.jvfio.device.VfioDevice;
import java.util.Objects;

/** Makes PCI devices, for who opens devices; a driver gets one from {@code Vfio}. Threads: stateless. */
public final class PciDevices {
    private PciDevices() {}

    /**
     * A PCI device on top of an open VFIO device.
     *
     * @param device the device below; closed with the result, but still the caller's if this method throws
     * @param name what errors and logs call it, usually its locator
     * @param context the user's, borrowed
     * @param afterClose what else ends with the device: runs last in its close, not if this method throws
     * @throws IllegalArgumentException if it is not a PCI device
     */
    public static PciDevice of(VfioDevice device, String name, CarrierContext context, Runnable afterClose) {
        return PciDevice.of(
                device,
                Objects.requireNonNull(name, "name"),
                Objects.requireNonNull(context, "context"),
                Objects.requireNonNull(afterClose, "afterClose"));
    }
}
