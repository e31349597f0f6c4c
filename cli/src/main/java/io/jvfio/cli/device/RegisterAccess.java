// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli.device;

import io.jvfio.Hex;
import io.jvfio.cli.command.CommandFailure;
import io.jvfio.device.RegionInfo;
import io.jvfio.device.VfioPci;
import io.jvfio.pci.PciDevice;
import org.jspecify.annotations.Nullable;

/**
 * One register access, checked before it is made.
 *
 * <p>Threads: immutable.
 *
 * @param region which region
 * @param offset where in it, in bytes
 * @param bits how wide, 8 to 64
 */
record RegisterAccess(RegionName region, long offset, int bits) {

    /** Why no device can do this access, or null. Config space alone takes any alignment. */
    @Nullable String nonsense() {
        return region.index() != VfioPci.VFIO_PCI_CONFIG_REGION_INDEX && Long.remainderUnsigned(offset, bytes()) != 0
                ? "offset " + Hex.of(offset) + " is not a multiple of " + bytes() + ", as an access of " + bits
                        + " bits needs"
                : null;
    }

    long read(PciDevice device) {
        check(device);
        return device.device().readRegister(region.index(), offset, bytes());
    }

    void write(PciDevice device, long value) {
        check(device);
        device.device().writeRegister(region.index(), offset, bytes(), value);
    }

    /** Says in the words of the command line what the device would say in its own. */
    private void check(PciDevice device) {
        int count = device.device().info().regionCount();
        RegionInfo info = region.index() < count ? device.device().region(region.index()) : null;
        if (info == null || !info.exists()) {
            throw new CommandFailure(device.name() + " has no region " + region);
        }
        if (Long.compareUnsigned(offset, info.size() - bytes()) > 0 || info.size() < bytes()) {
            throw new CommandFailure("offset " + Hex.of(offset) + " with " + bits + " bits is not inside " + region
                    + " of " + device.name() + ", which has " + Hex.of(info.size()) + " bytes");
        }
    }

    private int bytes() {
        return bits / Byte.SIZE;
    }
}
