// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * The argument of those ioctls that take a pointer to one {@code __s32}, such as {@code VFIO_GROUP_SET_CONTAINER}.
 *
 * <p>Threads: stateless.
 */
public final class IntArgument {
    /** Its size and alignment. */
    public static final ValueLayout.OfInt INT = JAVA_INT;

    private IntArgument() {}

    /** Writes the value at the start of {@code segment}. */
    public static void fill(MemorySegment segment, int value) {
        segment.set(JAVA_INT, 0, value);
    }
}
