// SPDX-License-Identifier: Apache-2.0
package io.jvfio.interrupt;

import io.jvfio.internal.sys.HasCalls;
import io.jvfio.internal.sys.SystemCalls;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The one thread of a context that runs interrupt callbacks, wakes virtual threads that await interrupts, and hears the
 * {@link Notices} of devices. It starts when it is needed and ends when it is not.
 *
 * <p>Threads: thread-safe.
 */
public final class InterruptDispatcher implements AutoCloseable {

    /** How long whoever ends a callback's interrupts, or the dispatcher, waits for a call that is under way. */
    static final long CALLBACK_WAIT_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final SystemCalls sys;
    private final Object lock = new Object();

    /** Guarded by the lock. */
    private @Nullable EventLoop loop;

    /** Guarded by the lock. */
    private boolean closed;

    /**
     * A dispatcher that has not started yet, for who makes contexts.
     *
     * @param context the user's {@code CarrierContext}
     */
    public static InterruptDispatcher of(Object context) {
        return new InterruptDispatcher(HasCalls.of(Objects.requireNonNull(context, "context")));
    }

    InterruptDispatcher(SystemCalls systemCalls) {
        this.sys = Objects.requireNonNull(systemCalls, "systemCalls");
    }

    /**
     * Ends the thread and waits up to a second for the callback that it is in, unless that callback is the caller. Virtual
     * threads that still wait get an {@link IllegalStateException}; callbacks that are still registered are not called
     * any more. Idempotent.
     */
    @Override
    public void close() {
        EventLoop running;
        synchronized (lock) {
            closed = true;
            running = loop;
        }
        if (running != null) {
            running.stop();
        }
    }

    /**
     * Watches a source; starts the thread if there is none.
     *
     * @throws IllegalStateException if this dispatcher is closed
     * @throws io.jvfio.VfioException if there is no descriptor left
     */
    Watch register(EventSource source) {
        synchronized (lock) {
            if (closed) {
                throw new IllegalStateException("the interrupt dispatcher is closed");
            }
            Watch added = loop == null ? null : loop.add(source);
            while (added == null) {
                loop = EventLoop.start(sys);
                added = loop.add(source);
            }
            return added;
        }
    }

    /** Whether the caller is a callback. */
    boolean isCurrentThread() {
        EventLoop running;
        synchronized (lock) {
            running = loop;
        }
        return running != null && running.isCurrentThread();
    }
}
