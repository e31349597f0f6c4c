// SPDX-License-Identifier: Apache-2.0
package io.jvfio.device;

import io.jvfio.iommu.IovaRange;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * What a device says of itself ({@code struct vfio_device_info}).
 *
 * <p>Threads: immutable.
 *
 * @param flags {@code VFIO_DEVICE_FLAGS_*}
 * @param regionCount how many region indexes there are; some may be of size 0
 * @param irqCount how many interrupt indexes there are; some may have no vector
 * @param capabilities the info chain, empty if there is none
 * @param reach what the device can name by its addresses: all of them, unless the carrier or a layer knows better
 */
public record DeviceInfo(int flags, int regionCount, int irqCount, List<InfoCapability> capabilities, IovaRange reach) {

    /** Copies the list. */
    public DeviceInfo {
        capabilities = List.copyOf(capabilities);
        Objects.requireNonNull(reach, "reach");
    }

    /** A device that reaches every address. */
    public DeviceInfo(int flags, int regionCount, int irqCount, List<InfoCapability> capabilities) {
        this(flags, regionCount, irqCount, capabilities, IovaRange.ALL);
    }

    /** Whether a region is the config space of a PCI device, where registers may lie anywhere. */
    public boolean isConfigSpace(int region) {
        return region == VfioPci.VFIO_PCI_CONFIG_REGION_INDEX && pci();
    }

    /**
     * Checks that a region is the config space of a PCI device.
     *
     * @param device named in the message
     * @throws IllegalArgumentException if it is another
     */
    public void requireConfigSpace(int region, String device) {
        Objects.requireNonNull(device, "device");
        if (!isConfigSpace(region)) {
            throw new IllegalArgumentException("region " + region + " of " + device + " is no config space");
        }
    }

    /** The first capability of that id, {@code VFIO_DEVICE_INFO_CAP_*}. */
    public Optional<InfoCapability> capability(int id) {
        return capabilities.stream().filter(found -> found.id() == id).findFirst();
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
