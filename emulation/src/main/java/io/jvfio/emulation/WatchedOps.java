// SPDX-License-Identifier: Apache-2.0
package io.jvfio.emulation;

import io.jvfio.device.InfoCapability;
import io.jvfio.device.RegionArea;
import io.jvfio.device.RegionFile;
import io.jvfio.device.RegionMapping;
import io.jvfio.variant.RegionOps;
import java.util.List;
import java.util.Optional;

/**
 * A BAR whose register accesses are told to the diagnostics, as its clients see them. Nobody sees accesses to its memory,
 * and MSI-X is not the model's.
 *
 * <p>Threads: thread-safe.
 *
 * @param ops the BAR
 * @param bar its parts
 * @param index 0 to 5
 * @param diagnostics who is told
 */
record WatchedOps(RegionOps ops, BarOps bar, int index, ModelDiagnostics diagnostics) implements RegionOps {

    @Override
    public long read(long offset, int width) {
        long value = ops.read(offset, width);
        if (bar.isModels(offset)) {
            diagnostics.read(index, offset, width, value);
        }
        return value;
    }

    @Override
    public void write(long offset, int width, long value) {
        if (bar.isModels(offset)) {
            diagnostics.written(index, offset, width);
        }
        ops.write(offset, width, value);
    }

    @Override
    public List<RegionArea> mmapAreas() {
        return ops.mmapAreas();
    }

    @Override
    public Optional<RegionMapping> map(long offset, long length) {
        return ops.map(offset, length);
    }

    @Override
    public Optional<RegionFile> file() {
        return ops.file();
    }

    @Override
    public List<InfoCapability> capabilities() {
        return ops.capabilities();
    }

    @Override
    public void release() {
        ops.release();
    }
}
