// SPDX-License-Identifier: Apache-2.0
package io.jvfio.driver.nvme;

import io.jvfio.Closing;
import java.io.IOException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The thread of an asynchronous channel, which has a queue for itself: operations of any threads go there, those that came
 * meanwhile with one doorbell, and it tells of their ends.
 *
 * <p>Threads: thread-safe, but for what is said to be of its own thread.
 */
final class ChannelThread {
    private static final System.Logger LOG = System.getLogger("io.jvfio");

    private enum State {
        RUNNING,
        /** Nothing is under way: it is parked. */
        IDLE,
        /** It waits for a completion, which an interrupt ends. */
        WAITING
    }

    private final IoQueue queue;
    private final Staging staging;
    private final Consumer<Runnable> guard;
    private final ExtentIo io;
    private final Thread thread;
    private final Queue<AsyncOperation> incoming = new ConcurrentLinkedQueue<>();
    private final AtomicReference<State> state = new AtomicReference<>(State.RUNNING);
    private volatile boolean closing;
    private volatile boolean ended;
    private volatile @Nullable Throwable failure;
    private volatile @Nullable RuntimeException closeFailure;

    /** What is not sent in full; of its own thread. */
    private final Deque<AsyncOperation> pending = new ArrayDeque<>();

    /** What has not ended, by its extent; of its own thread. */
    private final Map<Extent, AsyncOperation> open = new HashMap<>();

    /**
     * A thread that is not started.
     *
     * @param queue owned from now on
     * @param staging owned from now on
     * @param guard runs code that accesses registers
     */
    ChannelThread(Namespace namespace, IoQueue queue, Staging staging, Consumer<Runnable> guard) {
        this.queue = queue;
        this.staging = staging;
        this.guard = guard;
        this.io = new ExtentIo(queue, namespace, staging, this::over);
        this.thread = Thread.ofPlatform().daemon().name("nvme-channel-" + queue).unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    boolean isOpen() {
        return !closing;
    }

    /** Has an operation done. It ends with an exception at once if that cannot be. */
    void submit(AsyncOperation operation) {
        if (closing) {
            operation.fail(new ClosedChannelException());
            return;
        }
        incoming.add(operation);
        if (ended) {
            failIncoming();
        } else {
            wake();
        }
    }

    /**
     * Ends all that is under way, the queue and the staging memory, and waits for that unless this is its own thread.
     *
     * @throws RuntimeException if the queue or the memory does not end in order
     */
    void close() {
        closing = true;
        wake();
        if (Thread.currentThread().equals(thread)) {
            return;
        }
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        RuntimeException failed = closeFailure;
        closeFailure = null;
        if (failed != null) {
            throw failed;
        }
    }

    private void wake() {
        switch (state.getAndSet(State.RUNNING)) {
            case RUNNING -> {}
            case IDLE -> LockSupport.unpark(thread);
            case WAITING -> thread.interrupt();
        }
    }

    private void run() {
        try {
            guard.accept(this::serve);
        } catch (RuntimeException | Error e) {
            failure = e;
        }
        // From here on whoever submits fails what is incoming.
        ended = true;
        open.values().forEach(this::fail);
        open.clear();
        pending.clear();
        failIncoming();
        Closing closer = new Closing();
        closer.attempt(queue::close);
        closer.attempt(staging::close);
        try {
            closer.throwFirst();
        } catch (RuntimeException e) {
            closeFailure = e;
        }
    }

    private void serve() {
        while (!closing) {
            accept();
            while (!pending.isEmpty() && io.post(pending.getFirst().extent())) {
                pending.removeFirst();
            }
            io.ring();
            if (pending.isEmpty() && io.underWay() == 0) {
                idle();
            } else {
                await();
            }
        }
    }

    private void accept() {
        for (AsyncOperation each = incoming.poll(); each != null; each = incoming.poll()) {
            each.extent().begin(io.blockSize());
            open.put(each.extent(), each);
            pending.addLast(each);
        }
    }

    private void idle() {
        state.set(State.IDLE);
        while (incoming.isEmpty() && !closing) {
            LockSupport.park(this);
            forgetWake();
            // A late wake, for what was done before, took the state away: the next one has to see it.
            state.set(State.IDLE);
        }
        state.set(State.RUNNING);
    }

    private void await() {
        state.set(State.WAITING);
        try {
            // Whoever comes after this look interrupts the wait.
            if (incoming.isEmpty() && !closing) {
                io.await();
            } else {
                io.poll();
            }
        } catch (InterruptedException e) {
            forgetWake();
        } finally {
            state.set(State.RUNNING);
        }
        forgetWake();
    }

    /** The thread is the channel's own: an interrupt has no meaning but that of {@link #wake}. */
    private static void forgetWake() {
        Thread.interrupted();
    }

    private void over(Extent extent) {
        AsyncOperation operation = open.remove(extent);
        if (operation != null) {
            tell(() -> operation.end(queue.toString()));
        }
    }

    private void failIncoming() {
        for (AsyncOperation each = incoming.poll(); each != null; each = incoming.poll()) {
            fail(each);
        }
    }

    private void fail(AsyncOperation operation) {
        tell(() -> operation.fail(reason()));
    }

    private void tell(Runnable telling) {
        try {
            telling.run();
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.WARNING, "a handler of an asynchronous channel on " + queue + " failed", e);
        }
    }

    private IOException reason() {
        Throwable why = failure;
        return closing || why == null ? new AsynchronousCloseException() : new IOException(why.getMessage(), why);
    }
}
