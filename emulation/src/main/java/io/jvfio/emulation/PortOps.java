// SPDX-License-Identifier: Apache-2.0
package io.jvfio.emulation;

import io.jvfio.mmio.RegisterPort;
import io.jvfio.variant.RegionOps;

/** A region of registers and nothing else. Threads: as the registers. */
record PortOps(RegisterPort port) implements RegionOps {

    /** Reads as 0 and ignores what is written. */
    static final RegionOps NOTHING = new RegionOps() {
        @Override
        public long read(long offset, int width) {
            return 0;
        }

        @Override
        public void write(long offset, int width, long value) {
            // Nobody is there.
        }
    };

    @Override
    public long read(long offset, int width) {
        return port.read(offset, width);
    }

    @Override
    public void write(long offset, int width, long value) {
        port.write(offset, width, value);
    }

    @Override
    public long modify(long offset, int width, long mask, long value) {
        return port.modify(offset, width, mask, value);
    }
}
