// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vfiouser;

import io.jvfio.device.RegionMapping;
import io.jvfio.internal.sys.Mapping;
import java.lang.foreign.MemorySegment;
import java.util.function.Consumer;

/** A mapped part of a region of a server's device. Threads: thread-safe. */
final class Window implements RegionMapping {
    private final Mapping memory;
    private final long offset;
    private final Consumer<Window> ended;

    Window(Mapping memory, long offset, Consumer<Window> ended) {
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
