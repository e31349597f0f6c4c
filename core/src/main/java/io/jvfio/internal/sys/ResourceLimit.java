// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.sys;

import io.jvfio.VfioException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * A {@code struct rlimit}, {@code getrlimit(2)}.
 *
 * <p>Threads: immutable.
 *
 * @param soft what is enforced, -1 without a limit
 * @param hard how far the soft limit may be raised without privilege, -1 without a limit
 */
public record ResourceLimit(long soft, long hard) {

    /**
     * Reads a limit of this process.
     *
     * @param resource {@code RLIMIT_*}
     */
    public static ResourceLimit of(SystemCalls sys, int resource) {
        MemorySegment limit = ThreadMemory.current().scratch();
        int result = sys.getrlimit(resource, limit);
        if (result < 0) {
            throw VfioException.of("getrlimit", -result, "resource " + resource);
        }
        return new ResourceLimit(
                limit.getAtIndex(ValueLayout.JAVA_LONG, 0), limit.getAtIndex(ValueLayout.JAVA_LONG, 1));
    }

    /** How many bytes this process may lock. */
    public static ResourceLimit memlock(SystemCalls sys) {
        return of(sys, Abi.RLIMIT_MEMLOCK);
    }

    /**
     * Sets a limit of this process.
     *
     * @param resource {@code RLIMIT_*}
     * @throws VfioException with EPERM if the hard limit would rise without CAP_SYS_RESOURCE
     */
    public void apply(SystemCalls sys, int resource) {
        MemorySegment limit = ThreadMemory.current().scratch();
        limit.setAtIndex(ValueLayout.JAVA_LONG, 0, soft);
        limit.setAtIndex(ValueLayout.JAVA_LONG, 1, hard);
        int result = sys.setrlimit(resource, limit);
        if (result < 0) {
            throw VfioException.of("setrlimit", -result, "resource " + resource);
        }
    }
}
