// SPDX-License-Identifier: Apache-2.0
package io.jvfio.emulation;

import io.jvfio.mmio.RegisterPort;

/**
 * Where a BAR shows the MSI-X table, the pending bits, or both.
 *
 * <p>Threads: thread-safe.
 *
 * @param bar which BAR
 */
record MsixWindow(int bar, MsixLayout layout, MsixTable table, ModelInterrupts interrupts) implements RegisterPort {

    boolean has(long offset) {
        return inTable(offset) || inPending(offset);
    }

    private boolean inTable(long offset) {
        return bar == layout.tableBar()
                && offset >= layout.tableOffset()
                && offset < layout.tableOffset() + layout.tableSize();
    }

    private boolean inPending(long offset) {
        return bar == layout.pendingBar()
                && offset >= layout.pendingOffset()
                && offset < layout.pendingOffset() + layout.pendingSize();
    }

    @Override
    public long read(long offset, int width) {
        if (inTable(offset)) {
            return table.read((int) offset - layout.tableOffset(), width);
        }
        int at = (int) offset - layout.pendingOffset();
        long bits = interrupts.pending(at / Long.BYTES) >>> at % Long.BYTES * Byte.SIZE;
        return width == Long.BYTES ? bits : bits & (1L << width * Byte.SIZE) - 1;
    }

    @Override
    public void write(long offset, int width, long value) {
        // The pending bits are read-only.
        if (inTable(offset)) {
            table.write((int) offset - layout.tableOffset(), width, value);
        }
    }
}
