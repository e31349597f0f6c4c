// SPDX-License-Identifier: Apache-2.0
package io.jvfio.device;

import java.lang.foreign.MemorySegment;

/**
 * A part of a region, mapped into this process; closed by its owner.
 *
 * <p>Threads: thread-safe. An access after {@link #close} throws {@link IllegalStateException}.
 */
public interface RegionMapping extends AutoCloseable {

    /** The mapped bytes, exactly as many as were asked for. Register access belongs to {@code Mmio}, not here. */
    MemorySegment memory();

    /** Where the mapping starts, in bytes from the region's start. */
    long offset();

    /** Ends the mapping. Idempotent; fails with {@link IllegalStateException} while a system call uses the memory. */
    @Override
    void close();
}
