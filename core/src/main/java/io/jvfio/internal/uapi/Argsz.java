// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;

import java.lang.foreign.MemorySegment;

/**
 * The {@code argsz} field that starts every VFIO struct: on the way in the size of the caller's buffer, on the way out the
 * size the kernel would need to answer in full.
 *
 * <p>Threads: stateless.
 */
public final class Argsz {
    private Argsz() {}

    /** Returns the field's value, in bytes; more than {@code struct} has means: call again with that size. */
    public static long of(MemorySegment struct) {
        return Integer.toUnsignedLong(struct.get(JAVA_INT_UNALIGNED, 0));
    }

    /**
     * Sets the field to another size than that of the buffer: who answers names what it would need, and who asks what it can
     * take back where question and answer have a buffer each.
     *
     * @param bytes 0 to 0xffffffff
     */
    public static void set(MemorySegment struct, long bytes) {
        struct.set(JAVA_INT_UNALIGNED, 0, (int) bytes);
    }
}
