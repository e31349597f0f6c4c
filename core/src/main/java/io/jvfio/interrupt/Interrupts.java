// SPDX-License-Identifier: Apache-2.0
package io.jvfio.interrupt;

import io.jvfio.Closing;
import io.jvfio.Fd;
import io.jvfio.device.DeviceGoneException;
import io.jvfio.device.IrqInfo;
import io.jvfio.device.IrqRequest;
import io.jvfio.internal.sys.Descriptor;
import io.jvfio.internal.sys.EventFd;
import io.jvfio.internal.sys.SharedEventFd;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The enabled interrupts of a device: one type, and the vectors that have an eventfd.
 *
 * <p>A vector's eventfd counts its interrupts until its consumer takes the count, so none is lost between two waits, and
 * each is counted once. What consumes it was chosen when the interrupts were enabled: either {@link #await} and
 * {@link #poll}, or the {@link InterruptHandler} of the {@link InterruptOptions}. A vector has one consumer at a time; a
 * second thread at the same vector gets an {@link IllegalStateException}. Different vectors are independent.
 *
 * <p>A vector is turned off by {@link #remove}, and all of them by {@link #close}. There is no masking of MSI and MSI-X
 * through VFIO; INTx masks itself at each interrupt and has to be let through again by {@link #unmask}, which does nothing
 * for an INTx that has no mask: some vfio-user servers are such.
 *
 * <p>After {@link #close}, each method but {@code close} throws {@link IllegalStateException}; after the device was found
 * gone, waits and polls throw {@link DeviceGoneException}. An index of a vector that is not enabled gives
 * {@link IllegalStateException}, one that the device does not have {@link IndexOutOfBoundsException}.
 *
 * <p>Threads: thread-safe.
 */
public final class Interrupts implements AutoCloseable {

    /** How long a second {@link #close} waits for the first: both of its waits, and then some. */
    private static final long CLOSE_WAIT_NANOS = 3 * InterruptDispatcher.CALLBACK_WAIT_NANOS;

    private final InterruptControl control;
    private final IrqPort port;
    private final InterruptType type;
    private final IrqInfo info;
    private final InterruptOptions options;
    private final String owner = Thread.currentThread().toString();
    private final IrqRequest maskRequest;
    private final IrqRequest unmaskRequest;

    /** Indexed by vector; null where a vector has no eventfd. Changed under the lock, read without. */
    private final AtomicReferenceArray<@Nullable VectorSink> sinks;

    /** Held while the set of vectors changes, never while a callback is waited for. */
    private final Object lock = new Object();

    private final AtomicBoolean closing = new AtomicBoolean();
    private final CountDownLatch closed = new CountDownLatch(1);

    /** Guarded by the lock: vectors that the device holds ready, 0 if the index is off. */
    private int allocated;

    private volatile @Nullable SharedEventFd resample;
    private volatile @Nullable Supplier<? extends RuntimeException> ended;

    Interrupts(InterruptControl control, IrqPort port, InterruptType type, IrqInfo info, InterruptOptions options) {
        this.control = control;
        this.port = port;
        this.type = type;
        this.info = info;
        this.options = options;
        this.sinks = new AtomicReferenceArray<>(info.count());
        this.maskRequest = IrqRequest.mask(type.index(), 0, 1).by(port.owner());
        this.unmaskRequest = IrqRequest.unmask(type.index(), 0, 1).by(port.owner());
    }

    /** The type that is enabled. */
    public InterruptType type() {
        return type;
    }

    /** How many vectors are enabled now. */
    public int vectors() {
        int count = 0;
        for (int vector = 0; vector < sinks.length(); vector++) {
            if (sinks.get(vector) != null) {
                count++;
            }
        }
        return count;
    }

    /**
     * Takes the number of interrupts since the last call, and waits for one if there was none.
     *
     * <p>A platform thread blocks in poll(2) on the vector's eventfd, up to a millisecond longer than the limit. A virtual
     * thread parks, and does not hold its carrier. The wait ends early with {@link #close}, removal of the vector or of
     * the device, and interruption. Whatever ends it, no interrupt is lost: what came is there for the next call.
     *
     * @param vector the vector
     * @param timeout the limit; zero or less does not wait
     * @return how many interrupts there were since the last call, or 0 if the time is over
     * @throws InterruptedException if the thread is interrupted before or in the wait
     * @throws IllegalStateException if the vector is off, has a callback or is awaited by another thread
     */
    public long await(int vector, Duration timeout) throws InterruptedException {
        return awaited(vector).await(timeout);
    }

    /**
     * Takes the number of interrupts since the last call. Never blocks; one system call, no allocation.
     *
     * @param vector the vector
     * @return how many interrupts there were since the last call
     * @throws IllegalStateException if the vector is off, has a callback or is awaited by another thread
     */
    public long poll(int vector) {
        return awaited(vector).poll();
    }

    /**
     * Enables one more vector. Those that are enabled go on undisturbed.
     *
     * @param vector a vector that is off
     * @throws IllegalStateException if it is enabled, or if this device cannot take more vectors than it was enabled with
     * @throws VectorsUnavailableException if there is no room for it; nothing is changed
     */
    public void add(int vector) {
        VectorSink sink = null;
        try {
            synchronized (lock) {
                throwUnlessAddable(vector);
                sink = sink(vector);
                port.assign(
                        type, vector, Collections.singletonList(sink.eventfd().fd()));
                allocated = Math.max(allocated, vector + 1);
                sinks.set(vector, sink);
            }
        } catch (RuntimeException | Error e) {
            if (sink != null) {
                VectorSink half = sink;
                Closing.after(e, () -> half.close(removed(vector)));
            }
            throw e;
        }
        // An end in the meantime has not seen the new vector.
        Supplier<? extends RuntimeException> reason = ended;
        if (reason != null) {
            sink.end(reason);
        }
    }

    /**
     * Turns one vector off, and ends the wait for it with {@link IllegalStateException}. A callback that is under way has
     * ended when this returns, unless it is the caller or takes longer than a second. The others go on undisturbed.
     *
     * @param vector an enabled vector
     * @return how many interrupts came before it was off that no one has been told of
     */
    public long remove(int vector) {
        VectorSink sink;
        synchronized (lock) {
            sink = sink(at(vector), vector);
            port.assign(type, vector, Collections.singletonList(null));
            sinks.set(vector, null);
        }
        return sink.close(removed(vector));
    }

    /**
     * Fires a vector in software, as if the device had: a test of the path from the carrier to the consumer.
     *
     * @param vector an enabled vector
     * @throws io.jvfio.VfioException if the carrier cannot
     */
    public void trigger(int vector) {
        VectorSink unused = sink(at(vector), vector);
        port.request(IrqRequest.trigger(type.index(), vector, 1).by(port.owner()));
    }

    /**
     * Holds INTx back until {@link #unmask}.
     *
     * @throws IllegalStateException if this is not INTx, or an INTx without a mask
     */
    public void mask() {
        port.request(maskable(maskRequest));
    }

    /**
     * Lets INTx through again after an interrupt, which has masked it, or after {@link #mask}. If the device still holds
     * its pin, there is another interrupt at once. With {@link InterruptOptions#resample} it signals an eventfd, without
     * allocation, and the kernel unmasks a moment later. An INTx without a mask ({@code VFIO_IRQ_INFO_MASKABLE} is not
     * set) does not mask itself: then this does nothing, so that a driver need not know.
     *
     * @throws IllegalStateException if this is not INTx
     */
    public void unmask() {
        if (type == InterruptType.INTX && !info.maskable()) {
            throwIfEnded();
            return;
        }
        IrqRequest request = maskable(unmaskRequest);
        SharedEventFd eventfd = resample;
        if (eventfd != null) {
            if (!eventfd.signal()) {
                throw new IllegalStateException("the " + type + " interrupts of " + port.subject() + " are closed");
            }
        } else {
            port.request(request);
        }
    }

    /**
     * The eventfd of a vector, borrowed: for a server that passes it on, or an event loop of the user's own. Whoever reads
     * it takes counts away from the consumer here. From now on {@link #poll} expects that other processes have it, which
     * takes it half as long again.
     *
     * @param vector an enabled vector
     */
    public Fd eventfd(int vector) {
        Descriptor fd = sink(at(vector), vector).eventfd().fd();
        fd.share();
        return fd;
    }

    /**
     * Turns the interrupts off, ends waits with {@link IllegalStateException} and closes the eventfds. When it returns, no
     * callback is under way, unless it is the caller or takes longer than a second. Interrupts that nobody has been told
     * of are dropped: {@link #remove} tells them. Idempotent; closes everything even if the device refuses.
     *
     * @throws io.jvfio.VfioException if the device refuses to turn them off. That it is gone is no failure here
     */
    @Override
    public void close() {
        if (!closing.compareAndSet(false, true)) {
            // The first close may wait for the callback that makes this one.
            if (!port.dispatcher().isCurrentThread()) {
                Parking.until(() -> closed.getCount() == 0, CLOSE_WAIT_NANOS);
            }
            return;
        }
        Supplier<RuntimeException> reason =
                () -> new IllegalStateException("the " + type + " interrupts of " + port.subject() + " are closed");
        Closing steps = new Closing();
        end(reason);
        List<VectorSink> left = new ArrayList<>();
        synchronized (lock) {
            if (allocated > 0) {
                steps.attempt(() -> port.enableBit().set(type, false));
                steps.attempt(
                        () -> port.request(IrqRequest.disable(type.index()).by(port.owner())));
                allocated = 0;
            }
            for (int vector = 0; vector < sinks.length(); vector++) {
                VectorSink sink = sinks.getAndSet(vector, null);
                if (sink != null) {
                    left.add(sink);
                }
            }
        }
        for (VectorSink sink : left) {
            steps.attempt(() -> sink.close(reason));
        }
        SharedEventFd unmasking = resample;
        if (unmasking != null) {
            steps.attempt(unmasking::close);
        }
        control.released(this);
        closed.countDown();
        steps.throwUnless(DeviceGoneException.class);
    }

    /** Enables the vectors from 0 on; on failure nothing is left. */
    void enable(int count) {
        try {
            synchronized (lock) {
                throwIfEnded();
                List<Fd> eventfds = new ArrayList<>(count);
                for (int vector = 0; vector < count; vector++) {
                    VectorSink sink = sink(vector);
                    sinks.set(vector, sink);
                    eventfds.add(sink.eventfd().fd());
                }
                port.assign(type, 0, List.copyOf(eventfds));
                allocated = count;
                if (options.resample() && info.maskable()) {
                    SharedEventFd eventfd = SharedEventFd.open(port.systemCalls());
                    resample = eventfd;
                    port.request(IrqRequest.unmaskOn(type.index(), eventfd.fd()).by(port.owner()));
                }
                port.enableBit().set(type, true);
            }
        } catch (RuntimeException | Error e) {
            Closing.after(e, this);
            throw e;
        }
        // An end in the meantime has not seen the new vectors.
        Supplier<? extends RuntimeException> reason = ended;
        if (reason != null) {
            end(reason);
        }
    }

    /** Ends waits and polls: the device is gone, or this is closed. Callbacks and eventfds stay until {@link #close}. */
    void end(Supplier<? extends RuntimeException> reason) {
        ended = reason;
        for (int vector = 0; vector < sinks.length(); vector++) {
            VectorSink sink = sinks.get(vector);
            if (sink != null) {
                sink.end(reason);
            }
        }
    }

    /** For whoever is refused because of this. */
    String holder() {
        return type + " with " + vectors() + " vectors, enabled by " + owner;
    }

    private VectorSink sink(int vector) {
        VectorName name = name(vector);
        EventFd eventfd = EventFd.open(port.systemCalls());
        InterruptHandler handler = options.handler();
        if (handler == null) {
            return new AwaitedVector(name, eventfd, port.systemCalls(), port.dispatcher());
        }
        try {
            return new HandledVector(name, eventfd, telling(handler), port.dispatcher());
        } catch (RuntimeException | Error e) {
            Closing.after(e, eventfd);
            throw e;
        }
    }

    private InterruptHandler telling(InterruptHandler handler) {
        return (vector, count) -> {
            try {
                handler.interrupted(vector, count);
            } catch (Throwable e) {
                control.failed(e);
                throw e;
            }
        };
    }

    private void throwUnlessAddable(int vector) {
        throwIfEnded();
        if (at(vector) != null) {
            throw new IllegalStateException(name(vector) + " is enabled already");
        }
        if (vector >= allocated && !info.resizable()) {
            throw new IllegalStateException(name(vector) + " cannot be added to the " + allocated
                    + " that were enabled (VFIO_IRQ_INFO_NORESIZE):"
                    + " close and enable again with all that are needed at once");
        }
    }

    private @Nullable VectorSink at(int vector) {
        if (vector < 0 || vector >= sinks.length()) {
            throw new IndexOutOfBoundsException(
                    port.subject() + " has no " + type + " vector " + vector + "; it has 0 to " + (sinks.length() - 1));
        }
        return sinks.get(vector);
    }

    private AwaitedVector awaited(int vector) {
        VectorSink sink = at(vector);
        if (sink instanceof AwaitedVector awaited) {
            return awaited;
        }
        VectorSink handled = sink(sink, vector);
        throw new IllegalStateException(handled + " has a callback, and so is neither awaited nor polled");
    }

    private VectorSink sink(@Nullable VectorSink sink, int vector) {
        throwIfEnded();
        if (sink == null) {
            throw new IllegalStateException(name(vector) + " is not enabled");
        }
        return sink;
    }

    private IrqRequest maskable(IrqRequest request) {
        throwIfEnded();
        if (!info.maskable()) {
            throw new IllegalStateException(
                    port.subject() + " " + type
                            + " has no mask in VFIO: turn single vectors off with remove, or mask in the device's own registers");
        }
        return request;
    }

    private void throwIfEnded() {
        Supplier<? extends RuntimeException> reason = ended;
        if (reason != null) {
            throw reason.get();
        }
    }

    private Supplier<RuntimeException> removed(int vector) {
        return () -> new IllegalStateException(name(vector) + " was removed");
    }

    private VectorName name(int vector) {
        return new VectorName(port.subject(), type, vector);
    }

    /** {@code MSI-X interrupts of 0000:01:00.0, 4 enabled}. */
    @Override
    public String toString() {
        return type + " interrupts of " + port.subject() + ", " + vectors() + " enabled";
    }
}
