// SPDX-License-Identifier: Apache-2.0
package io.jvfio.interrupt;

import io.jvfio.Closing;
import io.jvfio.VfioException;
import io.jvfio.internal.sys.Abi;
import io.jvfio.internal.sys.Epoll;
import io.jvfio.internal.sys.EventFd;
import io.jvfio.internal.sys.SystemCalls;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One epoll and the thread that waits on it.
 *
 * <p>An event's key names a slot of the table and the slot's generation, so that an event that was already fetched
 * when its source was cancelled finds nobody, even if the slot has been given to another. The thread looks slots up
 * without a lock and allocates nothing; the lock is for those who add and remove.
 *
 * <p>Threads: thread-safe.
 */
final class EventLoop {
    private static final System.Logger LOG = System.getLogger("io.jvfio");

    /** How many events one call fetches. */
    private static final int BATCH = 64;

    /** The key of the eventfd that ends the wait; generations start at 1, so no source has it. */
    private static final long WAKE_ID = 0;

    private static final int GENERATION_SHIFT = 32;

    private final Epoll epoll;
    private final EventFd wake;
    private final Thread thread;
    private final Object lock = new Object();

    /** Read by the loop's thread without the lock; entries, and the array when it grows, change under it. */
    private volatile AtomicReferenceArray<@Nullable Watch> table = new AtomicReferenceArray<>(16);

    /** Guarded by the lock. */
    private int generation;

    /** How many sources there are. Guarded by the lock. */
    private int sources;

    /** Guarded by the lock: why no source can be added any more, or null. */
    private @Nullable Supplier<? extends RuntimeException> ended;

    /** Set when the last source has gone, until the thread has seen it. */
    private volatile boolean idle;

    /** Whether it ends because it has no source any more. Changed under the lock. */
    private volatile boolean retired;

    private volatile boolean stopping;

    private EventLoop(Epoll epoll, EventFd wake) {
        this.epoll = epoll;
        this.wake = wake;
        this.thread = Thread.ofPlatform()
                .daemon()
                .inheritInheritableThreadLocals(false)
                .name("jvfio-interrupts")
                .unstarted(this::run);
    }

    /**
     * Starts the thread.
     *
     * @throws VfioException if there is no descriptor left; nothing is left open
     */
    static EventLoop start(SystemCalls sys) {
        Epoll epoll = Epoll.open(sys, BATCH);
        EventFd wake;
        try {
            wake = EventFd.open(sys);
        } catch (RuntimeException | Error e) {
            Closing.after(e, epoll);
            throw e;
        }
        try {
            epoll.add(wake.fd(), Abi.EPOLLIN, WAKE_ID);
            EventLoop loop = new EventLoop(epoll, wake);
            loop.thread.start();
            return loop;
        } catch (RuntimeException | Error e) {
            Closing.after(e, epoll, wake);
            throw e;
        }
    }

    /**
     * Adds a source; a one-shot source is armed.
     *
     * @return null if the loop has ended because it had no source any more
     * @throws IllegalStateException if it has ended for another reason
     * @throws VfioException if the kernel cannot watch it, or has ended the loop by an error
     */
    @Nullable Watch add(EventSource source) {
        synchronized (lock) {
            if (retired) {
                return null;
            }
            if (ended != null) {
                throw ended.get();
            }
            int slot = freeSlot();
            // Starts at 1 and skips 0 when it wraps: 0 is the wake-up's.
            generation = generation == -1 ? 1 : generation + 1;
            Watch added = new Watch(this, source, (long) generation << GENERATION_SHIFT | Integer.toUnsignedLong(slot));
            // In the table before the kernel knows of it: the first event may come at once.
            table.set(slot, added);
            sources++;
            try {
                epoll.add(source.eventfd().fd(), interest(source), added.id());
            } catch (RuntimeException | Error e) {
                table.set(slot, null);
                removed();
                throw e;
            }
            return added;
        }
    }

    /** Asks the kernel for one more event of a one-shot source. Takes no lock. */
    void rearm(Watch registration) {
        EventSource source = registration.source();
        epoll.modify(source.eventfd().fd(), interest(source), registration.id());
    }

    /**
     * Takes a source out. Without any the thread ends, unless another comes before it does. Nothing happens if the loop
     * has ended.
     */
    void remove(Watch registration) {
        synchronized (lock) {
            int slot = (int) registration.id();
            if (table.compareAndSet(slot, registration, null)) {
                try {
                    epoll.remove(registration.source().eventfd().fd());
                } finally {
                    removed();
                }
            }
        }
    }

    /** One source less. Called under the lock. */
    private void removed() {
        sources--;
        if (sources == 0) {
            idle = true;
            wake.signal(1);
        }
    }

    /** Waits for the thread, if it is to end because the last source has gone, unless this is it. */
    void awaitRetirement() {
        if ((idle || retired) && !isCurrentThread()) {
            awaitEnd(() -> !thread.isAlive() || !idle && !retired);
        }
    }

    private boolean retires() {
        synchronized (lock) {
            retired = sources == 0;
            idle = false;
            return retired;
        }
    }

    boolean isCurrentThread() {
        return Thread.currentThread() == thread;
    }

    /** Ends the thread and waits for it, unless this is it. Everybody still registered is told. */
    void stop() {
        stopping = true;
        synchronized (lock) {
            if (ended == null) {
                wake.signal(1);
            }
        }
        if (isCurrentThread()) {
            return;
        }
        awaitEnd(() -> !thread.isAlive());
    }

    private static void awaitEnd(BooleanSupplier condition) {
        if (!Parking.until(condition, InterruptDispatcher.CALLBACK_WAIT_NANOS)) {
            LOG.log(System.Logger.Level.WARNING, "an interrupt callback does not return; its thread ends after it");
        }
    }

    private void run() {
        try {
            while (!stopping && !(idle && retires())) {
                int count = epoll.await(-1);
                for (int i = 0; i < count && !stopping; i++) {
                    dispatch(epoll.key(i));
                }
            }
            finish(() -> new IllegalStateException("the interrupt dispatcher is closed"));
        } catch (RuntimeException | Error e) {
            LOG.log(System.Logger.Level.ERROR, "the interrupt dispatcher failed: no more interrupts are delivered", e);
            finish(() -> failed(e));
        }
    }

    /** What others are told whose interrupts end with it. */
    private static RuntimeException failed(Throwable cause) {
        RuntimeException told = cause instanceof VfioException call
                ? new VfioException(
                        call.call(),
                        call.errno(),
                        call.subject(),
                        "by it the interrupt dispatcher has ended: close the context")
                : new IllegalStateException("the interrupt dispatcher failed");
        told.initCause(cause);
        return told;
    }

    private void dispatch(long id) {
        if (id == WAKE_ID) {
            wake.drain();
            return;
        }
        Watch registration = table.get((int) id);
        if (registration != null && registration.id() == id) {
            registration.dispatch();
            Thread.interrupted(); // a callback's interrupt of itself is not the next one's
        }
    }

    private void finish(Supplier<RuntimeException> reason) {
        AtomicReferenceArray<@Nullable Watch> left;
        synchronized (lock) {
            ended = reason;
            left = table;
            table = new AtomicReferenceArray<>(left.length());
        }
        for (int slot = 0; slot < left.length(); slot++) {
            Watch registration = left.get(slot);
            if (registration != null) {
                registration.source().end(reason);
            }
        }
        epoll.close();
        wake.close();
    }

    private int freeSlot() {
        AtomicReferenceArray<@Nullable Watch> now = table;
        int slots = now.length();
        for (int slot = 0; slot < slots; slot++) {
            if (now.get(slot) == null) {
                return slot;
            }
        }
        AtomicReferenceArray<@Nullable Watch> larger = new AtomicReferenceArray<>(2 * slots);
        for (int slot = 0; slot < slots; slot++) {
            larger.set(slot, now.get(slot));
        }
        table = larger;
        return slots;
    }

    private static int interest(EventSource source) {
        return source.oneShot() ? Abi.EPOLLIN | Abi.EPOLLONESHOT : Abi.EPOLLIN;
    }
}
