// SPDX-License-Identifier: Apache-2.0
package io.jvfio.interrupt;

import io.jvfio.Closing;
import io.jvfio.device.DeviceGoneException;
import io.jvfio.device.IrqRequest;
import io.jvfio.internal.sys.EventFd;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The watch of an index with one vector.
 *
 * <p>Threads: thread-safe.
 */
final class IndexWatch implements InterruptWatch, EventSource {
    private final InterruptControl control;
    private final IrqPort port;
    private final int index;
    private final Runnable callback;
    private final EventFd eventfd;
    private final AtomicBoolean closed = new AtomicBoolean();
    private volatile @Nullable Watch registration;

    IndexWatch(InterruptControl control, IrqPort port, int index, Runnable callback) {
        this.control = control;
        this.port = port;
        this.index = index;
        this.callback = callback;
        this.eventfd = EventFd.open(port.systemCalls());
    }

    /** Starts to listen; on failure nothing is left. */
    void enable() {
        try {
            registration = port.dispatcher().register(this);
            port.request(IrqRequest.assign(index, 0, List.of(eventfd.fd())).by(port.owner()));
        } catch (RuntimeException | Error e) {
            Closing.after(e, this::release);
            throw e;
        }
    }

    @Override
    public int index() {
        return index;
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
        if (eventfd.drain() != 0) {
            callback.run();
        }
    }

    @Override
    public void end(Supplier<? extends RuntimeException> reason) {
        // Nobody waits.
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            Closing steps = new Closing();
            steps.attempt(() -> port.request(
                    IrqRequest.assign(index, 0, Collections.singletonList(null)).by(port.owner())));
            steps.attempt(this::release);
            steps.throwUnless(DeviceGoneException.class);
        }
    }

    private void release() {
        closed.set(true);
        control.released(this);
        try (eventfd) {
            Watch now = registration;
            if (now != null) {
                now.cancel();
            }
        }
    }

    /** {@code irq index 4 of 0000:01:00.0}. */
    @Override
    public String toString() {
        return "irq index " + index + " of " + port.subject();
    }
}
