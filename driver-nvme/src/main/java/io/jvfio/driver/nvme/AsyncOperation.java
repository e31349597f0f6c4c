// SPDX-License-Identifier: Apache-2.0
package io.jvfio.driver.nvme;

import io.jvfio.driver.nvme.spec.IoOpcode;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A read, write or flush of an asynchronous channel, from its call to the telling of its end, which happens once.
 *
 * <p>Threads: made by the caller, then the channel's thread.
 */
final class AsyncOperation {
    private final Extent extent = new Extent();
    private final Told told;
    private final @Nullable ByteBuffer buffer;
    private final int length;

    /** Who is told of the end. */
    interface Told {
        void completed(int bytes);

        void failed(Throwable failure);
    }

    private AsyncOperation(Told told, @Nullable ByteBuffer buffer, int length) {
        this.told = told;
        this.buffer = buffer;
        this.length = length;
    }

    /**
     * A read or a write.
     *
     * @param start where in the namespace, in bytes
     * @param length how many bytes of the buffer, 1 or more
     */
    static AsyncOperation transfer(int opcode, long start, ByteBuffer buffer, int length, Told told) {
        AsyncOperation made = new AsyncOperation(told, buffer, length);
        made.extent.staged(opcode, start, MemorySegment.ofBuffer(buffer).asSlice(0, length));
        return made;
    }

    /** A flush: one command, which is of one block as far as extents know. */
    static AsyncOperation flush(Told told) {
        AsyncOperation made = new AsyncOperation(told, null, 0);
        made.extent.staged(IoOpcode.FLUSH, 0, MemorySegment.ofArray(new byte[1]));
        return made;
    }

    Extent extent() {
        return extent;
    }

    /** The extent is over. */
    void end(String subject) {
        if (extent.succeeded()) {
            try {
                if (buffer != null) {
                    buffer.position(buffer.position() + length);
                }
                told.completed(length);
                return;
            } catch (IllegalArgumentException e) {
                // The user has changed the buffer's limit meanwhile.
                extent.failed(e);
            }
        }
        RuntimeException problem = extent.problem();
        if (problem == null) {
            problem = new CommandFailedException(IoOpcode.name(extent.opcode()), extent.status(), subject);
        }
        fail(new IOException(problem.getMessage(), problem));
    }

    /** It ends without having been done, or before. */
    void fail(IOException reason) {
        told.failed(reason);
    }
}
