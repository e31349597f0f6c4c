// SPDX-License-Identifier: Apache-2.0
package io.jvfio.interrupt;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * One source in the {@link EventLoop}.
 *
 * <p>Guarantees: after {@link #cancel} has returned, the source is not called any more, and no call is under way unless
 * the canceller is that call, or it took longer than {@link InterruptDispatcher#CALLBACK_WAIT_NANOS}.
 *
 * <p>Threads: {@link #arm} by one thread at a time, {@link #dispatch} by the loop's thread, {@link #cancel} by any.
 */
final class Watch {
    private static final System.Logger LOG = System.getLogger("io.jvfio");
    private static final VarHandle CANCELLED;

    static {
        try {
            CANCELLED = MethodHandles.lookup().findVarHandle(Watch.class, "cancelled", boolean.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final EventLoop loop;
    private final EventSource source;
    private final long id;

    /** Whether an event is on its way to a one-shot source. Set before the kernel is told, cleared before the call. */
    private volatile boolean armed = true;

    @SuppressWarnings("FieldMayBeFinal") // changed through CANCELLED
    private volatile boolean cancelled;

    /** Set around each call. It and {@link #cancelled} are written before the other is read, so one side sees both. */
    private volatile boolean running;

    private volatile @Nullable Thread canceller;

    /** How many calls threw; the loop's thread alone uses it. */
    private long failures;

    Watch(EventLoop loop, EventSource source, long id) {
        this.loop = loop;
        this.source = source;
        this.id = id;
    }

    EventSource source() {
        return source;
    }

    /** The event's key: slot and generation in the loop's table. */
    long id() {
        return id;
    }

    /** Asks for one event of a one-shot source, unless one is on its way already. */
    void arm() {
        if (!armed) {
            armed = true;
            try {
                loop.rearm(this);
            } catch (RuntimeException e) {
                armed = false;
                throw e;
            }
        }
    }

    /** Calls the source, unless it is cancelled. */
    void dispatch() {
        running = true;
        try {
            if (!cancelled) {
                armed = false;
                source.ready();
            }
        } catch (Throwable e) {
            // A callback may throw anything, checked exceptions included (Kotlin, Scala), and the thread serves others.
            logFailure(e);
        } finally {
            running = false;
            Thread waiting = canceller;
            if (waiting != null) {
                LockSupport.unpark(waiting);
            }
        }
    }

    /** Ends the registration and waits for a call under way. Idempotent; only the first call waits. */
    void cancel() {
        if (!CANCELLED.compareAndSet(this, false, true)) {
            return;
        }
        try {
            loop.remove(this);
        } finally {
            awaitCall();
        }
        if (!running) {
            loop.awaitRetirement();
        }
    }

    private void awaitCall() {
        if (!running || loop.isCurrentThread()) {
            return;
        }
        canceller = Thread.currentThread();
        if (!Parking.until(() -> !running, InterruptDispatcher.CALLBACK_WAIT_NANOS)) {
            LOG.log(System.Logger.Level.WARNING, "callback of {0} is still running after its end", source);
        }
    }

    /** Logs the first, the second, the fourth and so on, so that a storm of interrupts is not one of log lines. */
    private void logFailure(Throwable e) {
        failures++;
        if (Long.bitCount(failures) == 1) {
            LOG.log(System.Logger.Level.WARNING, "callback of " + source + " failed, failure " + failures, e);
        }
    }
}
