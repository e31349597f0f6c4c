// SPDX-License-Identifier: Apache-2.0
package io.jvfio.emulation;

import io.jvfio.mmio.RegisterPort;
import io.jvfio.variant.RegionOps;
import java.lang.foreign.MemorySegment;
import java.util.function.LongPredicate;

/**
 * A region whose register accesses are told to the diagnostics, as its clients see them. Nobody sees accesses to its
 * memory, and MSI-X is not the model's. Elsewhere than in a BAR more than eight bytes at once are a copy, which asks for no
 * register.
 *
 * <p>Threads: thread-safe.
 *
 * @param ops the region
 * @param registers where it has registers of the model
 * @param copied whether copies are not told
 * @param index of the region
 * @param diagnostics who is told
 */
record WatchedOps(RegionOps ops, LongPredicate registers, boolean copied, int index, ModelDiagnostics diagnostics)
        implements ForwardedOps {

    @Override
    public long read(long offset, int width) {
        long value = RegisterPort.zeroExtended(ops.read(offset, width), width);
        if (registers.test(offset)) {
            diagnostics.read(index, offset, width, value);
        }
        return value;
    }

    @Override
    public void write(long offset, int width, long value) {
        if (registers.test(offset)) {
            diagnostics.written(index, offset, width);
        }
        ops.write(offset, width, value);
    }

    @Override
    public long modify(long offset, int width, long mask, long value) {
        if (registers.test(offset)) {
            diagnostics.written(index, offset, width);
        }
        return ops.modify(offset, width, mask, value);
    }

    @Override
    public int read(long offset, MemorySegment target) {
        return isCopy(target) ? ops.read(offset, target) : ForwardedOps.super.read(offset, target);
    }

    @Override
    public int write(long offset, MemorySegment source) {
        return isCopy(source) ? ops.write(offset, source) : ForwardedOps.super.write(offset, source);
    }

    private boolean isCopy(MemorySegment bytes) {
        return copied && bytes.byteSize() > Long.BYTES;
    }
}
