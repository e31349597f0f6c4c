// SPDX-License-Identifier: Apache-2.0
package io.jvfio.emulation.nvme;

import io.jvfio.mmio.Layouts;
import java.lang.foreign.MemorySegment;

/** Memory of a driver: one range that can be reached, and nothing around it. */
final class FlatMemory implements GuestMemory {
    private final long base;
    private final MemorySegment memory;
    private boolean reachable = true;
    private int transfers;

    FlatMemory(long base, MemorySegment memory) {
        this.base = base;
        this.memory = memory;
    }

    void reachable(boolean value) {
        reachable = value;
    }

    /** How many copies there were since the last call. */
    int takeTransfers() {
        int result = transfers;
        transfers = 0;
        return result;
    }

    /** A part of the memory as the driver sees it. */
    MemorySegment at(long address, long length) {
        return memory.asSlice(address - base, length);
    }

    private boolean has(long address, long length) {
        if (length <= 0) {
            throw new AssertionError("a transfer of " + length + " bytes");
        }
        long offset = address - base;
        return reachable && offset >= 0 && offset <= memory.byteSize() && length <= memory.byteSize() - offset;
    }

    @Override
    public boolean reachable() {
        return reachable;
    }

    @Override
    public boolean read(long address, MemorySegment target, long offset, long length) {
        if (!has(address, length)) {
            return false;
        }
        transfers++;
        MemorySegment.copy(memory, address - base, target, offset, length);
        return true;
    }

    @Override
    public boolean write(long address, MemorySegment source, long offset, long length) {
        if (!has(address, length)) {
            return false;
        }
        transfers++;
        MemorySegment.copy(source, offset, memory, address - base, length);
        return true;
    }

    @Override
    public boolean writeEntries(long address, long[] words, int count) {
        if (!has(address, 16L * count)) {
            return false;
        }
        for (int i = 0; i < 2 * count; i++) {
            memory.set(Layouts.LE_LONG, address - base + 8L * i, words[i]);
        }
        return true;
    }

    @Override
    public long load(long address) {
        return has(address, 4) ? Integer.toUnsignedLong(memory.get(Layouts.LE_INT, address - base)) : -1;
    }

    @Override
    public boolean store(long address, int value) {
        if (!has(address, 4)) {
            return false;
        }
        memory.set(Layouts.LE_INT, address - base, value);
        return true;
    }
}
