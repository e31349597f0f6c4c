// SPDX-License-Identifier: Apache-2.0
package io.jvfio.models.mlx5;

import io.jvfio.emulation.ModelDma;
import io.jvfio.mmio.BigWord32;
import io.jvfio.mmio.BigWord64;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;

/**
 * The driver's memory. It may be taken away at any moment, by another process too: an access then fails, and that is
 * all.
 *
 * <p>Threads: one at a time.
 */
final class HostMemory {
    private static final BigWord32 WORD = BigWord32.at(0);
    private static final BigWord64 LONG = BigWord64.at(0);

    private final ModelDma dma;
    private final MemorySegment word;

    HostMemory(ModelDma dma, Arena arena) {
        this.dma = dma;
        this.word = arena.allocate(Long.BYTES, Long.BYTES);
    }

    /** Whether the device may reach memory at all. */
    boolean isReachable() {
        return dma.busMaster();
    }

    /** Fills the target; whether it could. */
    boolean read(long address, MemorySegment target) {
        try {
            return dma.read(address, target).done();
        } catch (InternalError e) {
            return false; // a file behind the memory was made shorter
        }
    }

    /** Writes all of the source; whether it could. */
    boolean write(long address, MemorySegment source) {
        try {
            return dma.write(address, source).done();
        } catch (InternalError e) {
            return false; // as above
        }
    }

    /** Writes a big-endian word, after all that was written before; whether it could. */
    boolean write32(long address, int value) {
        WORD.set(word, value);
        VarHandle.releaseFence();
        return write(address, word.asSlice(0, Integer.BYTES));
    }

    /** A big-endian word, unsigned, or -1 if it cannot be read. */
    long read32(long address) {
        MemorySegment part = word.asSlice(0, Integer.BYTES);
        return read(address, part) ? Integer.toUnsignedLong(WORD.of(part)) : -1;
    }

    /** Writes 8 bytes as one big-endian number; whether it could. */
    boolean write64(long address, long value) {
        LONG.set(word, value);
        return write(address, word);
    }

    /** Whether 8 bytes are this big-endian number. */
    boolean holds64(long address, long value) {
        return read(address, word) && LONG.of(word) == value;
    }
}
