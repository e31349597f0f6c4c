// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vfiouser.server;

import io.jvfio.Errno;
import io.jvfio.VfioException;
import io.jvfio.iommu.DmaSource;
import io.jvfio.iommu.IovaRange;
import java.lang.foreign.MemorySegment;
import java.time.Duration;

/**
 * A range of the client's memory that is reached by messages. Once it is about to end, what is under way gets a moment to
 * finish, and new transfers are refused, so that a device cannot hold up the unmap.
 *
 * <p>Threads: thread-safe.
 */
final class RemoteWindow {
    private final DmaMessages messages;
    private final IovaRange range;
    private final long length;
    private volatile boolean ending;

    RemoteWindow(DmaMessages messages, IovaRange range, long length) {
        this.messages = messages;
        this.range = range;
        this.length = length;
    }

    /** What to map. */
    DmaSource source() {
        return new DmaSource.Remote(length, this::read, this::write);
    }

    private void read(long offset, MemorySegment target) {
        check();
        messages.read(range.start() + offset, target);
    }

    private void write(long offset, MemorySegment source) {
        check();
        messages.write(range.start() + offset, source);
    }

    private void check() {
        if (ending) {
            throw new VfioException(
                    "DMA", Errno.ECANCELED, "iova " + range, "the client is unmapping it: the driver stopped too late");
        }
    }

    /** Refuses transfers from here on, and ends those under way within the time. */
    void end(Duration grace) {
        ending = true;
        messages.finish(range, grace);
    }

    /** Takes back {@link #end}: the mapping stays. */
    void resume() {
        ending = false;
    }
}
