// SPDX-License-Identifier: Apache-2.0
package io.jvfio.interrupt;

import io.jvfio.device.IrqInfo;
import io.jvfio.device.IrqOwner;
import io.jvfio.device.VfioDevice;
import io.jvfio.internal.sys.SystemCalls;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A device's interrupts: which there are, and enabling them. One type is enabled at a time, by one owner, who holds the
 * {@link Interrupts}.
 *
 * <p>Threads: thread-safe.
 */
public final class InterruptControl {
    private final IrqPort port;
    private final AtomicReference<@Nullable Interrupts> active = new AtomicReference<>();

    /** Why nothing can be enabled any more, or null. */
    private volatile @Nullable Supplier<? extends RuntimeException> ended;

    /** Who is told what handlers throw. */
    private volatile Consumer<? super Throwable> failures = failure -> {};

    /** The interrupts of a device, none enabled; see {@link InterruptOwner#of}. */
    InterruptControl(
            VfioDevice device,
            InterruptDispatcher dispatcher,
            SystemCalls systemCalls,
            EnableBit enableBit,
            String subject) {
        this.port = new IrqPort(
                Objects.requireNonNull(device, "device"),
                Objects.requireNonNull(dispatcher, "dispatcher"),
                Objects.requireNonNull(systemCalls, "systemCalls"),
                Objects.requireNonNull(enableBit, "enableBit"),
                Objects.requireNonNull(subject, "subject"),
                IrqOwner.of("the driver of " + subject));
    }

    void failures(Consumer<? super Throwable> told) {
        failures = Objects.requireNonNull(told, "told");
    }

    /** Tells what a handler threw. */
    void failed(Throwable failure) {
        failures.accept(failure);
    }

    /**
     * How many vectors the device has of a type; 0 if it does not interrupt in this way.
     *
     * @throws IllegalStateException if the device is closed
     */
    public int available(InterruptType type) {
        return info(type.index()).count();
    }

    /**
     * Enables vectors to be awaited and polled.
     *
     * @see #enable(InterruptType, int, InterruptOptions)
     */
    public Interrupts enable(InterruptType type, int vectors) {
        return enable(type, vectors, InterruptOptions.defaults());
    }

    /**
     * Enables the vectors from 0 to {@code vectors - 1}. Blocks for the time that the carrier takes. If it fails, nothing
     * is enabled and nothing is left open.
     *
     * @param type which kind of interrupt
     * @param vectors how many, 1 to {@link #available}
     * @param options who consumes them
     * @return the interrupts, owned by the caller
     * @throws IllegalArgumentException if the device does not have so many, or the options do not fit the type
     * @throws IllegalStateException if interrupts are enabled already; the message says by whom
     * @throws VectorsUnavailableException if not all can be had at this time; it says how many can
     * @throws io.jvfio.VfioException if the device refuses, or no descriptor is left
     */
    public Interrupts enable(InterruptType type, int vectors, InterruptOptions options) {
        throwIfEnded();
        IrqInfo info = info(type.index());
        check(type, vectors, options, info);
        Interrupts made = new Interrupts(this, port, type, info, options);
        Interrupts holder = active.compareAndExchange(null, made);
        if (holder != null) {
            throw new IllegalStateException("cannot enable " + type + " of " + port.subject()
                    + ": one type at a time, and there is " + holder.holder() + "; close it first");
        }
        try {
            throwIfEnded(); // again: an end in the meantime may not have seen what was made
            made.enable(vectors);
        } catch (RuntimeException | Error e) {
            released(made);
            throw e;
        }
        return made;
    }

    /**
     * Enables as many vectors as can be had, to be awaited and polled.
     *
     * @see #enableUpTo(InterruptType, int, InterruptOptions)
     */
    public Interrupts enableUpTo(InterruptType type, int vectors) {
        return enableUpTo(type, vectors, InterruptOptions.defaults());
    }

    /**
     * Enables as many vectors as can be had. {@link Interrupts#vectors} tells how many.
     *
     * @param type which kind of interrupt, of which the device has one vector at least
     * @param vectors the most that are wanted, 1 or more
     * @param options who consumes them
     * @return the interrupts, owned by the caller
     * @throws IllegalArgumentException if the device has none of this type, or the options do not fit it
     * @throws IllegalStateException if interrupts are enabled already; the message says by whom
     * @throws io.jvfio.VfioException if the device refuses, or no descriptor is left
     */
    public Interrupts enableUpTo(InterruptType type, int vectors, InterruptOptions options) {
        int wanted = Math.min(vectors, Math.max(1, available(type)));
        while (true) {
            try {
                return enable(type, wanted, options);
            } catch (VectorsUnavailableException e) {
                // Others of the machine compete for them; each round asks for less, so it ends.
                if (e.available() >= wanted) {
                    throw e;
                }
                wanted = e.available();
            }
        }
    }

    /** See {@link InterruptOwner#end}. */
    void end(Supplier<? extends RuntimeException> reason) {
        ended = reason;
        Interrupts interrupts = active.get();
        if (interrupts != null) {
            interrupts.end(reason);
        }
    }

    /** See {@link InterruptOwner#close}. */
    void close() {
        ended = () -> new IllegalStateException(port.subject() + " is closed");
        Interrupts interrupts = active.get();
        if (interrupts != null) {
            interrupts.close();
        }
    }

    void released(Interrupts interrupts) {
        active.compareAndSet(interrupts, null);
    }

    private IrqInfo info(int index) {
        VfioDevice device = port.device();
        return index < device.info().irqCount() ? device.irq(index) : IrqInfo.absent(index);
    }

    private void check(InterruptType type, int vectors, InterruptOptions options, IrqInfo info) {
        if (vectors < 1 || vectors > info.count()) {
            throw new IllegalArgumentException(
                    port.subject() + " has " + info.count() + " " + type + " vectors, asked for " + vectors);
        }
        if (options.resample() && type != InterruptType.INTX) {
            throw new IllegalArgumentException(type + " does not mask itself, so there is nothing to resample");
        }
    }

    private void throwIfEnded() {
        Supplier<? extends RuntimeException> reason = ended;
        if (reason != null) {
            throw reason.get();
        }
    }

    /** {@code interrupts of 0000:01:00.0}. */
    @Override
    public String toString() {
        return "interrupts of " + port.subject();
    }
}
