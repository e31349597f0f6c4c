// SPDX-License-Identifier: Apache-2.0
package io.jvfio.pci;

import io.jvfio.Hex;
import io.jvfio.device.RegionInfo;
import io.jvfio.mmio.Mmio;
import java.lang.foreign.MemorySegment;

/**
 * A region of a device that is found by its type: neither a BAR nor the ROM nor config space.
 *
 * <p>Threads: thread-safe.
 */
public final class DeviceRegion {
    private final PciDevice device;
    private final RegionInfo info;

    DeviceRegion(PciDevice device, RegionInfo info) {
        this.device = device;
        this.info = info;
    }

    /** What is known of it. */
    public RegionInfo info() {
        return info;
    }

    /** How large it is, in bytes. */
    public long size() {
        return info.size();
    }

    /**
     * Access to its registers; each is a call.
     *
     * @throws IllegalStateException if the device is closed
     */
    public Mmio mmio() {
        device.checkOpen();
        return Mmio.of(new RegionPort(device.device(), info.index()), size(), toString());
    }

    /**
     * Reads bytes. Blocks as the region does.
     *
     * @param offset bytes from its start
     * @param target native memory to fill
     * @return the bytes read: less than the target's size only where the region ends
     * @throws IndexOutOfBoundsException if the offset is outside
     * @throws io.jvfio.VfioException if the region cannot be read
     */
    public int read(long offset, MemorySegment target) {
        device.checkOpen();
        return device.device().read(info.index(), offset, target);
    }

    /**
     * Writes bytes. Blocks as the region does.
     *
     * @param offset bytes from its start
     * @param source native memory to take from
     * @return the bytes written: less than the source's size only where the region ends
     * @throws IndexOutOfBoundsException if the offset is outside
     * @throws io.jvfio.VfioException if the region cannot be written
     */
    public int write(long offset, MemorySegment source) {
        device.checkOpen();
        return device.device().write(info.index(), offset, source);
    }

    /** {@code 0000:01:00.0 region 9 (0x2000 bytes)}. */
    @Override
    public String toString() {
        return device.name() + " region " + info.index() + " (" + Hex.of(size()) + " bytes)";
    }
}
