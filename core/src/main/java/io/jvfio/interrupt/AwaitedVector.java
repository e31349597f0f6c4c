// SPDX-License-Identifier: Apache-2.0
package io.jvfio.interrupt;

import io.jvfio.Closing;
import io.jvfio.internal.event.WaitTimeoutEvent;
import io.jvfio.internal.sys.EventFd;
import io.jvfio.internal.sys.SystemCalls;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A vector that is awaited and polled. Counts stay in the eventfd until the consumer itself takes them: whatever ends a
 * wait, time-out, interruption or a late wake-up, nothing is lost.
 *
 * <p>A platform thread waits in poll(2), which is the shortest way from the interrupt to the waiter: about 4 us on a
 * virtual machine of two CPUs. A virtual thread would hold its carrier there, so it arms the eventfd in the dispatcher's
 * epoll and parks until the dispatcher wakes it: about 15 us.
 *
 * <p>Threads: thread-safe; a second consumer at the same time is refused.
 */
final class AwaitedVector implements VectorSink {
    private static final System.Logger LOG = System.getLogger("io.jvfio");
    private static final VarHandle CONSUMER;

    static {
        try {
            CONSUMER = MethodHandles.lookup().findVarHandle(AwaitedVector.class, "consumer", Thread.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final VectorName name;
    private final EventFd eventfd;
    private final SystemCalls sys;
    private final InterruptDispatcher dispatcher;

    /** Who polls or awaits at this moment; the fields after {@link #ended} are the consumer's. Kept for ever by close. */
    @SuppressWarnings("UnusedVariable") // read and written through CONSUMER
    private volatile @Nullable Thread consumer;

    /**
     * Why there is nothing to wait for any more. Whoever sets it wakes the waiter it then sees; a waiter announces itself
     * before it looks here. So one of them notices the other.
     */
    private volatile @Nullable Supplier<? extends RuntimeException> ended;

    /** The virtual thread that is parked, or about to. */
    private volatile @Nullable Thread parked;

    /** Made by the first wait of a platform thread. */
    private volatile @Nullable BlockingWait blockingWait;

    /** Made by the first wait of a virtual thread. */
    private @Nullable Watch registration;

    AwaitedVector(VectorName name, EventFd eventfd, SystemCalls sys, InterruptDispatcher dispatcher) {
        this.name = name;
        this.eventfd = eventfd;
        this.sys = sys;
        this.dispatcher = dispatcher;
    }

    /** Takes the count; one read(2), no allocation. */
    long poll() {
        claim();
        try {
            return take();
        } finally {
            CONSUMER.setRelease(this, (Thread) null);
        }
    }

    /** Takes the count, and waits for one if there is none. */
    long await(Duration timeout) throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException("interrupted before a wait for " + name);
        }
        claim();
        try {
            long count = take();
            long nanos = nanos(timeout);
            if (count != 0 || nanos <= 0) {
                return count;
            }
            count = Thread.currentThread().isVirtual() ? awaitParked(nanos) : awaitBlocking(nanos);
            if (count == 0) {
                WaitTimeoutEvent.commit(name.subject(), name.type().index(), name.vector(), nanos);
            }
            return count;
        } finally {
            CONSUMER.setRelease(this, (Thread) null);
        }
    }

    @Override
    public EventFd eventfd() {
        return eventfd;
    }

    @Override
    public boolean oneShot() {
        return true;
    }

    /** Wakes the virtual thread that armed the event; the count stays for it to take. */
    @Override
    public void ready() {
        LockSupport.unpark(parked);
    }

    @Override
    public void end(Supplier<? extends RuntimeException> reason) {
        if (ended == null) {
            ended = reason;
        }
        LockSupport.unpark(parked);
        BlockingWait waiting = blockingWait;
        if (waiting != null) {
            waiting.wakeup();
        }
    }

    @Override
    public long close(Supplier<? extends RuntimeException> reason) {
        end(reason);
        Thread closer = Thread.currentThread();
        // Whoever waited has been woken, and leaves after a last look at the count.
        boolean claimed = Parking.until(
                () -> CONSUMER.compareAndSet(this, (Thread) null, closer), InterruptDispatcher.CALLBACK_WAIT_NANOS);
        if (!claimed) {
            LOG.log(System.Logger.Level.WARNING, "{0} is still in use after its end", name);
            eventfd.close();
            return 0;
        }
        Closing steps = new Closing();
        if (registration != null) {
            steps.attempt(registration::cancel);
        }
        if (blockingWait != null) {
            steps.attempt(blockingWait::close);
        }
        try (eventfd) {
            steps.throwFirst();
            return eventfd.drain();
        }
    }

    private long awaitBlocking(long nanos) throws InterruptedException {
        long start = System.nanoTime();
        BlockingWait waiting = blockingWait;
        if (waiting == null) {
            waiting = new BlockingWait(sys, eventfd);
            blockingWait = waiting;
        }
        while (true) {
            long remaining = nanos - (System.nanoTime() - start);
            if (mayNotWait(remaining)) {
                return 0;
            }
            waiting.block(remaining);
            long count = take();
            if (count != 0) {
                return count;
            }
        }
    }

    private long awaitParked(long nanos) throws InterruptedException {
        long start = System.nanoTime();
        parked = Thread.currentThread();
        try {
            while (true) {
                long remaining = nanos - (System.nanoTime() - start);
                if (mayNotWait(remaining)) {
                    return 0;
                }
                // The event comes at once if there is a count by now, so there is no need to look again.
                arm();
                LockSupport.parkNanos(this, remaining);
                long count = take();
                if (count != 0) {
                    return count;
                }
            }
        } finally {
            parked = null;
        }
    }

    /** Whether the time is over; throws if the wait is over for another reason. */
    private boolean mayNotWait(long remaining) throws InterruptedException {
        throwIfEnded();
        if (Thread.interrupted()) {
            throw new InterruptedException("interrupted in a wait for " + name);
        }
        return remaining <= 0;
    }

    private void arm() {
        Watch now = registration;
        if (now == null) {
            registration = dispatcher.register(this);
        } else {
            now.arm();
        }
    }

    private long take() {
        throwIfEnded();
        return eventfd.drain();
    }

    private void claim() {
        Thread other = (Thread) CONSUMER.compareAndExchange(this, (Thread) null, Thread.currentThread());
        if (other != null) {
            throwIfEnded();
            throw new IllegalStateException(
                    name + " is awaited or polled by " + other + "; a vector has one consumer at a time");
        }
    }

    private void throwIfEnded() {
        Supplier<? extends RuntimeException> reason = ended;
        if (reason != null) {
            throw reason.get();
        }
    }

    private static long nanos(Duration timeout) {
        if (timeout.isNegative()) {
            return 0;
        }
        return timeout.toSeconds() >= Long.MAX_VALUE / 1_000_000_000 ? Long.MAX_VALUE : timeout.toNanos();
    }

    @Override
    public String toString() {
        return name.toString();
    }
}
