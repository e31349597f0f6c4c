// SPDX-License-Identifier: Apache-2.0
package io.jvfio.emulation;

import io.jvfio.variant.RegionOps;

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
record WatchedOps(RegionOps ops, BarOps bar, int index, ModelDiagnostics diagnostics) implements ForwardedOps {

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
}
