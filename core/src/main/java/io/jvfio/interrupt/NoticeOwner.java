// SPDX-License-Identifier: Apache-2.0
package io.jvfio.interrupt;

import io.jvfio.Closing;
import io.jvfio.Errno;
import io.jvfio.VfioException;
import io.jvfio.device.IrqRequest;
import io.jvfio.device.VfioDevice;
import io.jvfio.device.VfioPci;
import io.jvfio.internal.sys.HasCalls;
import io.jvfio.internal.sys.SystemCalls;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * The key to the notices of a device: who builds a carrier holds it, by {@code IrqOwners}, and closes it with the
 * device.
 *
 * <p>Threads: thread-safe.
 */
public final class NoticeOwner implements Notices, AutoCloseable {
    private static final System.Logger LOG = System.getLogger("io.jvfio");

    /** Errors of this process, not of the device. */
    private static final Set<Integer> OUT_OF_RESOURCES = Set.of(Errno.EMFILE, Errno.ENFILE, Errno.ENOMEM);

    private static final int ERR = VfioPci.VFIO_PCI_ERR_IRQ_INDEX;
    private static final int REQ = VfioPci.VFIO_PCI_REQ_IRQ_INDEX;

    /** Whoever closes the device when it has to be let go. */
    private record Driver(Listener listener, Supplier<Duration> deadline, Runnable close) {}

    private final InterruptDispatcher dispatcher;
    private final SystemCalls sys;
    private final String device;
    private final ToIntFunction<IrqRequest> carrier;

    /** From the lowest up. */
    private final List<Listener> storeys = new CopyOnWriteArrayList<>();

    /** By interrupt index; null where the device tells nothing. */
    private final AtomicReferenceArray<@Nullable NoticeLine> lines =
            new AtomicReferenceArray<>(VfioPci.VFIO_PCI_NUM_IRQS);

    /** The indexes with something to tell, a bit for each. */
    private final AtomicInteger pending = new AtomicInteger();

    /** Counted down when all have been told of the removal, or nobody needs to be any more. */
    private final CountDownLatch told = new CountDownLatch(1);

    private final AtomicLong failures = new AtomicLong();
    private volatile @Nullable Driver driver;
    private volatile boolean closed;

    /** Guarded by this. */
    private @Nullable Thread teller;

    /** Guarded by this. */
    private boolean leaving;

    /** Guarded by this. */
    private boolean guarded;

    /** How many of the storeys know of the removal, and whether the driver does. The teller's alone. */
    private int informed;

    private boolean driverInformed;

    private NoticeOwner(
            InterruptDispatcher dispatcher, SystemCalls sys, String device, ToIntFunction<IrqRequest> carrier) {
        this.dispatcher = Objects.requireNonNull(dispatcher, "dispatcher");
        this.sys = sys;
        this.device = Objects.requireNonNull(device, "device");
        this.carrier = Objects.requireNonNull(carrier, "carrier");
    }

    /**
     * The notices of a device, none heard yet. Everything is borrowed.
     *
     * @param dispatcher the context's
     * @param context the user's {@code CarrierContext}, whose system calls make eventfds
     * @param device named in logs, errors and threads
     * @param carrier makes a request of the device itself
     */
    public static NoticeOwner of(
            InterruptDispatcher dispatcher, Object context, String device, ToIntFunction<IrqRequest> carrier) {
        return new NoticeOwner(dispatcher, HasCalls.of(Objects.requireNonNull(context, "context")), device, carrier);
    }

    /**
     * Listens from now on, at each of both indexes that the device has and that its carrier does not refuse.
     *
     * @param lowest the device
     * @throws VfioException if this process has no descriptor or memory left; nothing is left open
     */
    public void watch(VfioDevice lowest) {
        if (!lowest.info().pci()) {
            return;
        }
        try {
            for (int index = ERR; index <= REQ && index < lowest.info().irqCount(); index++) {
                if (lowest.irq(index).count() > 0) {
                    watch(index);
                }
            }
        } catch (RuntimeException e) {
            throw Closing.after(e, this);
        }
    }

    private void watch(int index) {
        NoticeLine line = new NoticeLine(sys, index, device, this::arrived);
        lines.set(index, line);
        try {
            line.watch(dispatcher, carrier);
        } catch (VfioException e) {
            lines.set(index, null);
            Closing.after(e, line);
            if (OUT_OF_RESOURCES.contains(e.errno())) {
                throw e;
            }
            LOG.log(
                    System.Logger.Level.DEBUG,
                    "{0} has no notice at irq index {1}: {2}",
                    device,
                    index,
                    e.getMessage());
        }
    }

    /** Whether requests of this index are for {@link #set}. */
    public boolean holds(int index) {
        return index >= ERR && index <= REQ && lines.get(index) != null;
    }

    /**
     * Makes a request of somebody above the device, who is told last: his eventfd is kept here, until he takes it away
     * or somebody else's takes its place, and a trigger reaches that eventfd and nobody else.
     *
     * @param request of an index that this {@link #holds}
     * @return 0
     * @throws VfioException with ENOTTY if it masks or unmasks, EINVAL if it brings something else than an eventfd
     * @throws IllegalStateException if the device is closed
     */
    public int set(IrqRequest request) {
        NoticeLine line = lines.get(request.index());
        if (line == null) {
            throw new IllegalArgumentException("irq index " + request.index() + " of " + device + " is not held");
        }
        return line.set(request);
    }

    @Override
    public void tell(Listener storey) {
        storeys.add(Objects.requireNonNull(storey, "storey"));
        throwIfClosed();
    }

    @Override
    public void drive(Listener listener, Supplier<Duration> deadline, Runnable close) {
        driver = new Driver(
                Objects.requireNonNull(listener, "driver"),
                Objects.requireNonNull(deadline, "deadline"),
                Objects.requireNonNull(close, "close"));
        throwIfClosed();
        guard(false);
    }

    private void throwIfClosed() {
        if (closed) {
            throw new IllegalStateException(device + " is closed");
        }
    }

    /** Called by the dispatcher's thread, once until the line is armed again. */
    private void arrived(int index) {
        if (index == REQ) {
            guard(true);
        }
        pending.getAndAccumulate(1 << index, (before, bit) -> before | bit);
        LockSupport.unpark(teller());
    }

    private synchronized @Nullable Thread teller() {
        if (teller == null && !closed) {
            teller = start("jvfio-notices " + device, this::tellAll);
        }
        return teller;
    }

    /** From the first request on, the driver has until the deadline. */
    private synchronized void guard(boolean requested) {
        leaving |= requested;
        Driver now = driver;
        if (leaving && now != null && !guarded && !closed) {
            guarded = true;
            start("jvfio-removal " + device, () -> close(now));
        }
    }

    private void close(Driver now) {
        Duration deadline = now.deadline().get();
        if (!allToldWithin(deadline)) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "{0} is closed under somebody who was told of an error or of its removal and takes more than {1}",
                    device,
                    deadline);
        }
        attempt("the close", now.close());
    }

    private boolean allToldWithin(Duration deadline) {
        try {
            return told.await(TimeUnit.NANOSECONDS.convert(deadline), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            // Nobody has this thread to interrupt it; if somebody did, the device still has to be closed.
            return false;
        }
    }

    private void tellAll() {
        while (!closed) {
            int now = pending.getAndSet(0);
            if (now == 0) {
                LockSupport.park(this);
            }
            if ((now & 1 << REQ) != 0) {
                attempt("telling a request to let go", this::tellOfRemoval);
                told.countDown();
            }
            if ((now & 1 << ERR) != 0 && !closed) {
                attempt("telling an error", this::tellOfError);
            }
            Thread.interrupted(); // what a listener did to itself is not the next one's
        }
    }

    private void tellOfError() {
        tell(ERR, () -> {
            for (Listener storey : storeys) {
                inform(storey, Listener::errorReported);
            }
            Driver now = driver;
            if (now != null) {
                inform(now.listener(), Listener::errorReported);
            }
        });
    }

    private void tellOfRemoval() {
        tell(REQ, () -> {
            while (informed < storeys.size()) {
                inform(storeys.get(informed++), Listener::removalRequested);
            }
            Driver now = driver;
            if (now != null && !driverInformed) {
                driverInformed = true;
                inform(now.listener(), Listener::removalRequested);
            }
        });
    }

    private void tell(int index, Runnable above) {
        NoticeLine line = lines.get(index);
        if (line == null) {
            return;
        }
        try {
            line.take();
            above.run();
            line.pass();
            if (!closed) {
                line.arm();
            }
        } catch (RuntimeException e) {
            if (!closed) {
                throw e; // else it was closed under this
            }
        }
    }

    private void inform(Listener listener, Consumer<Listener> notice) {
        attempt("somebody who was told a notice", () -> notice.accept(listener));
    }

    /** Logs the first failure, the second, the fourth and so on, so that a storm of notices is not one of log lines. */
    private void attempt(String what, Runnable step) {
        try {
            step.run();
        } catch (Throwable e) {
            // Whoever is told may throw anything, and the thread has others to tell.
            long number = failures.incrementAndGet();
            if (Long.bitCount(number) == 1) {
                LOG.log(System.Logger.Level.WARNING, what + " of " + device + " failed, failure " + number, e);
            }
            failed(e, false);
        }
    }

    @Override
    public void failed(Throwable failure, boolean gone) {
        Objects.requireNonNull(failure, "failure");
        Driver now = driver;
        if (now != null) {
            try {
                now.listener().failed(failure, gone);
            } catch (Throwable e) {
                LOG.log(System.Logger.Level.WARNING, "telling a failure of " + device + " failed", e);
            }
        }
    }

    private static Thread start(String name, Runnable body) {
        return Thread.ofPlatform()
                .daemon()
                .inheritInheritableThreadLocals(false)
                .name(name)
                .start(body);
    }

    /**
     * Ends it: nobody is told any more, but for who is being told now, and the thread ends after him. The device itself
     * is asked nothing; it forgets the eventfds when it is closed. Idempotent.
     */
    @Override
    public void close() {
        Thread ending;
        synchronized (this) {
            closed = true;
            ending = teller;
        }
        Closing steps = new Closing();
        for (int index = ERR; index <= REQ; index++) {
            NoticeLine line = lines.get(index);
            if (line != null) {
                steps.attempt(line::close);
            }
        }
        told.countDown();
        LockSupport.unpark(ending);
        steps.throwFirst();
    }
}
