// SPDX-License-Identifier: Apache-2.0
package io.jvfio.pci;

import io.jvfio.device.VfioDevice;
import io.jvfio.mmio.RegisterPort;

/** One region of a device, accessed through its carrier. Threads: thread-safe. */
record RegionPort(VfioDevice device, int region) implements RegisterPort {

    @Override
    public long read(long offset, int width) {
        return device.readRegister(region, offset, width);
    }

    @Override
    public void write(long offset, int width, long value) {
        device.writeRegister(region, offset, width, value);
    }

    /** Nobody of this process writes in between. For config space alone. */
    @Override
    public long modify(long offset, int width, long mask, long value) {
        return device.modifyRegister(region, offset, width, mask, value);
    }
}
