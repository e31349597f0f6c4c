// SPDX-License-Identifier: Apache-2.0
package io.jvfio.device;

import java.lang.foreign.MemorySegment;
import java.util.Objects;

/**
 * A part of a region, mapped into this process; closed by its owner.
 *
 * <p>Threads: thread-safe. An access after {@link #close} throws {@link IllegalStateException}.
 */
public interface RegionMapping extends AutoCloseable {

    /**
     * A mapping of memory that somebody else has mapped.
     *
     * @param memory the bytes
     * @param offset where they start, in bytes from the region's start
     * @param end ends the mapping; idempotent
     */
    static RegionMapping of(MemorySegment memory, long offset, Runnable end) {
        record Mapped(MemorySegment memory, long offset, Runnable end) implements RegionMapping {
            Mapped {
                Objects.requireNonNull(memory, "memory");
                Objects.requireNonNull(end, "end");
            }

            @Override
            public void close() {
                end.run();
            }
        }
        return new Mapped(memory, offset, end);
    }

    /**
     * The mapped bytes, exactly as many as were asked for. Register access belongs to {@code Mmio}, not here. On arm64 a
     * BAR is Device memory: an access that is not aligned to its width, a copy that starts or ends unaligned, and
     * {@link MemorySegment#mismatch} fault there, and a fault is an {@code InternalError}; x86-64 does all of these.
     */
    MemorySegment memory();

    /** Where the mapping starts, in bytes from the region's start. */
    long offset();

    /** Ends the mapping. Idempotent; fails with {@link IllegalStateException} while a system call uses the memory. */
    @Override
    void close();
}
