// SPDX-License-Identifier: Apache-2.0
package io.jvfio.benchmarks.interrupt;

import io.jvfio.Fd;
import io.jvfio.benchmarks.baseline.MemoryDevice;
import io.jvfio.carrier.CarrierContext;
import io.jvfio.internal.sys.SystemCalls;
import io.jvfio.interrupt.InterruptDispatcher;
import io.jvfio.interrupt.InterruptOptions;
import io.jvfio.interrupt.InterruptOwner;
import io.jvfio.interrupt.InterruptType;
import io.jvfio.interrupt.Interrupts;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * One vector of a device that does nothing of itself: the benchmark writes the eventfd, as the kernel does for a device.
 *
 * <p>Threads: {@link #fire} for one at a time.
 */
final class FiredDevice implements AutoCloseable {
    private static final MemorySegment ONE = Arena.global().allocateFrom(ValueLayout.JAVA_LONG, 1);

    private final SystemCalls sys = SystemCalls.linux();
    private final MemoryDevice device = new MemoryDevice(sys);
    private final CarrierContext context = CarrierContext.of();
    private final InterruptDispatcher dispatcher = InterruptDispatcher.of(context);
    private final InterruptOwner owner =
            InterruptOwner.of(device, dispatcher, context, (type, enabled) -> {}, "benchmark");
    private final Interrupts interrupts;
    private final Fd eventfd;
    private final int number;

    FiredDevice(InterruptOptions options) {
        interrupts = owner.control().enable(InterruptType.MSI, 1, options);
        eventfd = device.eventfd();
        number = eventfd.acquire();
    }

    Interrupts interrupts() {
        return interrupts;
    }

    /** The eventfd's number, while this is open. */
    int number() {
        return number;
    }

    /** Signals the vector. */
    void fire() {
        if (sys.write(number, ONE, Long.BYTES) != Long.BYTES) {
            throw new IllegalStateException("the eventfd takes no signal");
        }
    }

    @Override
    public void close() {
        eventfd.release();
        interrupts.close();
        owner.close();
        dispatcher.close();
        device.close();
    }
}
