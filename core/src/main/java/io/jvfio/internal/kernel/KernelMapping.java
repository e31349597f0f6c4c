// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.kernel;

import io.jvfio.device.RegionMapping;
import io.jvfio.internal.sys.Mapping;
import java.lang.foreign.MemorySegment;
import java.util.function.Consumer;

/** A mapped part of a kernel device's region. Threads: thread-safe. */
final class KernelMapping implements RegionMapping {
    private final Mapping memory;
    private final long offset;
    private final Consumer<KernelMapping> ended;

    KernelMapping(Mapping memory, long offset, Consumer<KernelMapping> ended) {
        this.memory = memory;
        this.offset = offset;
        this.ended = ended;
    }

    @Override
    public MemorySegment memory() {
        return memory.memory();
    }

    @Override
    public long offset() {
        return offset;
    }

    @Override
    public void close() {
        memory.close();
        ended.accept(this);
    }
}
