// SPDX-License-Identifier: Apache-2.0
package io.jvfio.iommu;

import io.jvfio.Closing;
import io.jvfio.Hex;
import io.jvfio.internal.sys.ArenaEnd;
import io.jvfio.internal.sys.SystemCalls;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.function.Consumer;

/**
 * The mapping of a caller's memory, which ends at the latest with the arena of that memory.
 *
 * <p>An arena frees its memory whatever its actions throw. So if the unmap fails at that moment, the pages under the
 * memory are exchanged for fresh ones: the device goes on with the old, which the kernel keeps pinned for it, and the
 * arena frees the new.
 *
 * <p>Threads: thread-safe.
 */
final class ForeignMap implements Lease {
    private static final System.Logger LOG = System.getLogger("io.jvfio");

    private final SystemCalls sys;
    private final DmaMapping mapping;
    private final MemorySegment memory;
    private final Consumer<? super ForeignMap> onClose;
    private volatile boolean open = true;

    private ForeignMap(
            SystemCalls sys, DmaMapping mapping, MemorySegment memory, Consumer<? super ForeignMap> onClose) {
        this.sys = sys;
        this.mapping = mapping;
        this.memory = memory;
        this.onClose = onClose;
    }

    /** Refuses memory whose end nobody can be sure of. */
    static void check(Arena arena, MemorySegment memory) {
        if (!memory.isNative()) {
            throw new IllegalArgumentException("heap memory cannot be mapped for DMA: the collector moves it");
        }
        if (!ArenaEnd.runsBeforeFreeing(arena)) {
            throw new IllegalArgumentException("only memory of a shared arena can be mapped for DMA: a confined arena"
                    + " may free it before it is unmapped, an automatic or global one gives no moment to unmap it");
        }
        if (!memory.scope().equals(arena.scope())) {
            throw new IllegalArgumentException("the memory at " + Hex.of(memory.address()) + " is not of this arena");
        }
    }

    /** Ties a mapping to the arena of its memory; if that cannot be done the mapping is closed. */
    static ForeignMap of(SystemCalls sys, DmaMapping mapping, Arena arena, Consumer<? super ForeignMap> onClose) {
        MemorySegment memory = ((DmaSource.Segment) mapping.source()).memory();
        ForeignMap map = new ForeignMap(sys, mapping, memory, onClose);
        try {
            ArenaEnd.run(arena, map::endWithArena);
        } catch (RuntimeException e) {
            throw Closing.after(e, mapping);
        }
        return map;
    }

    @Override
    public boolean isOpen() {
        return open && memory.scope().isAlive();
    }

    @Override
    public boolean within(IovaRange range) {
        return Allocation.lies(mapping, range);
    }

    /** The mapping may be closed again after a failure: the memory is the caller's and lives on. */
    @Override
    public synchronized void close() {
        open = false;
        mapping.close();
        onClose.accept(this);
    }

    private void endWithArena() {
        try {
            close();
        } catch (RuntimeException e) {
            ArenaEnd.exchangePages(sys, memory.address(), memory.byteSize());
            LOG.log(
                    System.Logger.Level.WARNING,
                    () -> mapping
                            + " could not be unmapped before its memory was freed; the device keeps the old pages",
                    e);
            onClose.accept(this);
        }
    }

    @Override
    public String toString() {
        return mapping.toString();
    }
}
