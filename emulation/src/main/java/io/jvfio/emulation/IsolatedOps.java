// SPDX-License-Identifier: Apache-2.0
package io.jvfio.emulation;

import io.jvfio.device.RegionArea;
import io.jvfio.device.RegionFile;
import io.jvfio.device.RegionMapping;
import io.jvfio.mmio.RegisterPort;
import io.jvfio.variant.RegionOps;
import java.util.List;
import java.util.Optional;

/**
 * A region of a function that can be isolated, and that perhaps cannot be mapped.
 *
 * <p>Threads: thread-safe.
 *
 * @param ops the region
 * @param errors whether it is isolated
 * @param mappable whether what can be mapped of the region can be mapped
 */
record IsolatedOps(RegionOps ops, FunctionErrors errors, boolean mappable) implements ForwardedOps {

    @Override
    public long read(long offset, int width) {
        return errors.isIsolated() ? RegisterPort.zeroExtended(-1, width) : ops.read(offset, width);
    }

    @Override
    public void write(long offset, int width, long value) {
        if (!errors.isIsolated()) {
            ops.write(offset, width, value);
        }
    }

    @Override
    public List<RegionArea> mmapAreas() {
        return mappable ? ops.mmapAreas() : List.of();
    }

    @Override
    public Optional<RegionMapping> map(long offset, long length) {
        return mappable ? ops.map(offset, length) : Optional.empty();
    }

    @Override
    public Optional<RegionFile> file() {
        return mappable ? ops.file() : Optional.empty();
    }
}
