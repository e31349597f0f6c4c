// SPDX-License-Identifier: Apache-2.0
package io.jvfio.device;

import java.util.List;

/**
 * What a device says of itself ({@code struct vfio_device_info}).
 *
 * <p>Threads: immutable.
 *
 * @param flags {@code VFIO_DEVICE_FLAGS_*}
 * @param regionCount how many region indexes there are; some may be of size 0
 * @param irqCount how many interrupt indexes there are; some may have no vector
 * @param capabilities the info chain, empty if there is none
 */
public record DeviceInfo(int flags, int regionCount, int irqCount, List<InfoCapability> capabilities) {

    /** Copies the list. */
    public DeviceInfo {
        capabilities = List.copyOf(capabilities);
    }

    /** Whether {@link VfioDevice#reset} can work. */
    public boolean resettable() {
        return (flags & VfioPci.VFIO_DEVICE_FLAGS_RESET) != 0;
    }

    /** Whether regions and interrupts are numbered as for PCI. */
    public boolean pci() {
        return (flags & VfioPci.VFIO_DEVICE_FLAGS_PCI) != 0;
    }
}
