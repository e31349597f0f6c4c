// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.sys;

/**
 * Faults on mapped memory, whose file was cut short or which lies on a device that is gone. HotSpot turns such a SIGBUS
 * into an {@link InternalError}, thrown at the thread's next safepoint poll: until then a load has an unspecified value,
 * and a store is dropped.
 *
 * <p>This holds for accesses through a {@link java.lang.foreign.MemorySegment} alone. Intrinsics that take an address, such
 * as those of checksums and ciphers, do not expect a fault, which then ends the JVM.
 *
 * <p>Threads: stateless.
 */
public final class MemoryFaults {
    /** Part of the message that HotSpot gives to the error, in all releases since 14. */
    private static final String MESSAGE = "unsafe memory access";

    private MemoryFaults() {}

    /**
     * Makes a fault of this thread that is still pending appear, by a downcall, which polls for the safepoint on its
     * return. Allocates nothing.
     *
     * @throws InternalError the fault
     */
    public static void forceOut(SystemCalls sys) {
        sys.pageSize();
    }

    /** Whether a failure is a fault on mapped memory. */
    public static boolean isFault(Throwable failure) {
        String message = failure.getMessage();
        return failure instanceof InternalError && message != null && message.contains(MESSAGE);
    }
}
