// SPDX-License-Identifier: Apache-2.0
package io.jvfio.interrupt;

import io.jvfio.device.VfioDevice;
import io.jvfio.internal.sys.HasCalls;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * The key to the interrupts of a device: who builds devices holds it and ends them with the device; a driver holds the
 * {@link InterruptControl} alone.
 *
 * <p>Threads: thread-safe.
 */
public final class InterruptOwner implements AutoCloseable {
    private final InterruptControl control;

    private InterruptOwner(InterruptControl control) {
        this.control = control;
    }

    /**
     * The interrupts of a device, none enabled. Everything is borrowed.
     *
     * @param device the device
     * @param dispatcher the context's
     * @param context the user's {@code CarrierContext}, whose system calls make eventfds
     * @param enableBit writes the enable bits in config space
     * @param subject the device's name in errors
     */
    public static InterruptOwner of(
            VfioDevice device, InterruptDispatcher dispatcher, Object context, EnableBit enableBit, String subject) {
        return new InterruptOwner(new InterruptControl(
                device, dispatcher, HasCalls.of(Objects.requireNonNull(context, "context")), enableBit, subject));
    }

    /**
     * Says who is told what handlers throw, besides the log; nobody at first.
     *
     * @param told called by the dispatcher's thread; must not throw
     */
    public void failures(Consumer<? super Throwable> told) {
        control.failures(told);
    }

    /** What a driver holds. */
    public InterruptControl control() {
        return control;
    }

    /**
     * Ends all waits, now and later: the device is gone. What is enabled stays to be closed.
     *
     * @param reason makes what waits, polls and attempts to enable throw
     */
    public void end(Supplier<? extends RuntimeException> reason) {
        control.end(reason);
    }

    /**
     * Closes what is enabled. Afterwards nothing can be enabled. Idempotent; closes everything even if the device
     * refuses.
     *
     * @throws io.jvfio.VfioException if the device refuses
     */
    @Override
    public void close() {
        control.close();
    }
}
