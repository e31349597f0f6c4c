// SPDX-License-Identifier: Apache-2.0
package io.jvfio.iommu;

import java.lang.foreign.MemorySegment;
import java.util.function.Consumer;

/**
 * Memory made for a device, and its mapping.
 *
 * <p>The mapping ends before the memory. If it does not end, both stay as they are: transfers of a device model, which
 * find the memory by its mapping, may be under way. Without an IOMMU the mapping stays too, because it is what keeps the
 * pages in their place, but no transfer needs the memory and access to it ends.
 *
 * <p>Threads: thread-safe.
 */
final class Allocation implements Lease {
    private final DmaMemory memory;
    private final DmaMapping mapping;
    private final boolean translated;
    private final Quarantine quarantine;
    private final Consumer<? super Allocation> onClose;
    private volatile boolean open = true;

    Allocation(
            DmaMemory memory,
            DmaMapping mapping,
            boolean translated,
            Quarantine quarantine,
            Consumer<? super Allocation> onClose) {
        this.memory = memory;
        this.mapping = mapping;
        this.translated = translated;
        this.quarantine = quarantine;
        this.onClose = onClose;
    }

    DmaMapping mapping() {
        return mapping;
    }

    MemorySegment memory() {
        return memory.memory();
    }

    long pageSize() {
        return memory.pageSize();
    }

    @Override
    public boolean isOpen() {
        return open;
    }

    @Override
    public boolean within(IovaRange range) {
        return lies(mapping, range);
    }

    /** Whether every run of a mapping lies there. */
    static boolean lies(DmaMapping mapping, IovaRange range) {
        long length = mapping.length();
        for (long at = 0; at < length; ) {
            long bytes = Math.min(mapping.contiguous(at), length - at);
            if (!range.contains(IovaRange.of(mapping.deviceAddress(at), bytes))) {
                return false;
            }
            at += bytes;
        }
        return true;
    }

    @Override
    public synchronized void close() {
        if (!open) {
            return;
        }
        if (!translated) {
            memory.quarantine();
            setAside();
            return;
        }
        try {
            mapping.close();
        } catch (RuntimeException e) {
            setAside();
            throw e;
        }
        memory.close();
        end();
    }

    /** Ends what {@link #close} could not. */
    synchronized void free() {
        mapping.close();
        memory.close();
    }

    private void setAside() {
        quarantine.add(this);
        end();
    }

    private void end() {
        open = false;
        onClose.accept(this);
    }

    @Override
    public String toString() {
        return mapping.toString();
    }
}
