// SPDX-License-Identifier: Apache-2.0
package io.jvfio.interrupt;

import io.jvfio.Closing;
import io.jvfio.Errno;
import io.jvfio.Fd;
import io.jvfio.VfioException;
import io.jvfio.device.IrqOwner;
import io.jvfio.device.IrqRequest;
import io.jvfio.internal.sys.EventFd;
import io.jvfio.internal.sys.SharedEventFd;
import io.jvfio.internal.sys.SystemCalls;
import java.util.List;
import java.util.Objects;
import java.util.function.IntConsumer;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * One index of {@link Notices}: the eventfd that the device signals, and the one of whoever is told last. The
 * dispatcher says that there is something once, and then not before it is armed again; what the device signals
 * meanwhile adds up in the eventfd.
 *
 * <p>Threads: thread-safe; {@link #take}, {@link #pass} and {@link #arm} by one at a time.
 */
final class NoticeLine implements EventSource, AutoCloseable {
    private static final System.Logger LOG = System.getLogger("io.jvfio");

    /** Whoever is told last. */
    private record Last(IrqOwner owner, SharedEventFd eventfd) {}

    private final SystemCalls sys;
    private final int index;
    private final String device;
    private final IntConsumer arrived;
    private final EventFd eventfd;
    private volatile @Nullable Watch registration;

    /** Changed under the lock. */
    private volatile @Nullable Last last;

    /** Guarded by this. */
    private boolean closed;

    NoticeLine(SystemCalls sys, int index, String device, IntConsumer arrived) {
        this.sys = sys;
        this.index = index;
        this.device = device;
        this.arrived = arrived;
        this.eventfd = EventFd.open(sys);
    }

    /** Begins; whatever is done by then stays to be closed. */
    void watch(InterruptDispatcher dispatcher, ToIntFunction<IrqRequest> carrier) {
        registration = dispatcher.register(this);
        IrqPort.recorded(IrqRequest.assign(index, 0, List.of(eventfd.fd())), device, carrier);
    }

    /** Takes what the device has signalled. */
    void take() {
        eventfd.drain();
    }

    /** Asks for the next notice. */
    void arm() {
        Watch now = registration;
        if (now != null) {
            now.arm();
        }
    }

    /** Tells whoever is told last. */
    void pass() {
        Last now = last;
        if (now != null) {
            try {
                now.eventfd().signal(); // in vain if it has just been taken away
            } catch (VfioException e) {
                LOG.log(System.Logger.Level.DEBUG, "{0} was not told of {1}: {2}", now.owner(), this, e.getMessage());
            }
        }
    }

    /** See {@link NoticeOwner#set}. */
    int set(IrqRequest request) {
        Objects.checkFromIndexSize(request.start(), request.count(), 1);
        if (request.action() != IrqRequest.Action.TRIGGER) {
            throw new VfioException(
                    "VFIO_DEVICE_SET_IRQS", Errno.ENOTTY, toString(), "a notice can be neither masked nor unmasked");
        }
        boolean one = request.count() > 0;
        switch (request.data()) {
            case IrqRequest.EventFds eventfds ->
                keep(request.owner(), one ? eventfds.fds().getFirst() : null);
            case IrqRequest.None none -> {
                if (one) {
                    pass();
                } else {
                    keep(request.owner(), null);
                }
            }
            case IrqRequest.Bools bools -> {
                if (bools.values().contains(true)) {
                    pass();
                }
            }
        }
        return 0;
    }

    /** Keeps an eventfd in the place of the one before; each takes away his own alone. */
    private void keep(IrqOwner owner, @Nullable Fd theirs) {
        SharedEventFd copy = theirs == null ? null : SharedEventFd.duplicate(sys, theirs, owner::heldUp);
        Last before;
        synchronized (this) {
            if (closed) {
                IllegalStateException refusal = new IllegalStateException(device + " is closed");
                throw copy == null ? refusal : Closing.after(refusal, copy);
            }
            before = last;
            if (copy == null && (before == null || !before.owner().equals(owner))) {
                return;
            }
            last = copy == null ? null : new Last(owner, copy);
        }
        if (before != null) {
            before.eventfd().close();
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

    @Override
    public void ready() {
        arrived.accept(index);
    }

    @Override
    public void end(Supplier<? extends RuntimeException> reason) {
        // Nobody waits.
    }

    @Override
    public void close() {
        Last before;
        synchronized (this) {
            closed = true;
            before = last;
            last = null;
        }
        Closing steps = new Closing();
        Watch now = registration;
        if (now != null) {
            steps.attempt(now::cancel);
        }
        steps.attempt(eventfd::close);
        if (before != null) {
            steps.attempt(before.eventfd()::close);
        }
        steps.throwFirst();
    }

    /** {@code irq index 4 of 0000:01:00.0}. */
    @Override
    public String toString() {
        return "irq index " + index + " of " + device;
    }
}
