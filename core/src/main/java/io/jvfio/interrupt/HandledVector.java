// SPDX-License-Identifier: Apache-2.0
package io.jvfio.interrupt;

import io.jvfio.internal.sys.EventFd;
import java.util.function.Supplier;

/**
 * A vector with a callback. The dispatcher's thread is the only one that reads the eventfd, so each count is handed over
 * once.
 *
 * <p>Threads: thread-safe.
 */
final class HandledVector implements VectorSink {
    private final VectorName name;
    private final EventFd eventfd;
    private final InterruptHandler handler;
    private final Watch registration;

    /**
     * Takes the eventfd over and starts to listen.
     *
     * @throws io.jvfio.VfioException if the dispatcher cannot watch it; the eventfd remains the caller's
     */
    HandledVector(VectorName name, EventFd eventfd, InterruptHandler handler, InterruptDispatcher dispatcher) {
        this.name = name;
        this.eventfd = eventfd;
        this.handler = handler;
        this.registration = dispatcher.register(this);
    }

    @Override
    public EventFd eventfd() {
        return eventfd;
    }

    @Override
    public boolean oneShot() {
        return false;
    }

    @Override
    public void ready() {
        long count = eventfd.drain();
        if (count != 0) {
            handler.interrupted(name.vector(), count);
        }
    }

    @Override
    public void end(Supplier<? extends RuntimeException> reason) {
        // Nobody waits; a device that is gone does not signal.
    }

    @Override
    public long close(Supplier<? extends RuntimeException> reason) {
        try (eventfd) {
            registration.cancel();
            return eventfd.drain();
        }
    }

    @Override
    public String toString() {
        return name.toString();
    }
}
