// SPDX-License-Identifier: Apache-2.0
package io.jvfio.emulation.nvme;

import io.jvfio.mmio.Word64;
import java.lang.foreign.MemorySegment;
import java.util.function.LongSupplier;

/**
 * The timestamp feature (5.21.1.14): milliseconds that the driver sets, and that go on by themselves.
 *
 * <p>Threads: one at a time.
 */
final class Timestamp {
    /** The size of its data in bytes. */
    static final int SIZE = 8;

    private static final Word64 DATA = Word64.at(0);
    private static final long MILLIS = (1L << 48) - 1;
    private static final long SET_BY_HOST = 1L << 49;
    private static final long NANOS_PER_MILLI = 1_000_000;

    private final LongSupplier nanos;
    private long base;
    private long since;
    private boolean set;

    /** Counts from 0 by a clock. */
    Timestamp(LongSupplier nanos) {
        this.nanos = nanos;
        this.since = nanos.getAsLong();
    }

    void take(MemorySegment data) {
        base = DATA.of(data) & MILLIS;
        since = nanos.getAsLong();
        set = true;
    }

    void fill(MemorySegment data) {
        long millis = base + (nanos.getAsLong() - since) / NANOS_PER_MILLI & MILLIS;
        DATA.set(data, set ? millis | SET_BY_HOST : millis);
    }

    /** What a reset of the controller does: time starts anew. */
    void reset() {
        base = 0;
        since = nanos.getAsLong();
        set = false;
    }
}
