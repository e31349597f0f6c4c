// SPDX-License-Identifier: Apache-2.0
package io.jvfio.mmio;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Turns a fault on mapped registers into an exception that says what happened to the device. Whoever makes an
 * {@link Mmio} with a window that can fault gives it one; a driver uses {@code PciDevice.guard}, which is built on it.
 *
 * <p>A fault never ends the JVM, but HotSpot reports it late: the load that faulted returns an unspecified value, the
 * store is dropped, and an {@link InternalError} appears at the thread's next safepoint poll, which in compiled code can
 * be many accesses later. So guarded code ends in {@link #settle}, and what it throws is explained: {@link #run} and {@link
 * #get} do both.
 *
 * <p>Threads: thread-safe.
 */
public interface FaultGuard {

    /** For registers that cannot fault: settles nothing and passes every failure on. */
    FaultGuard NONE = new FaultGuard() {
        @Override
        public void settle() {}

        @Override
        public RuntimeException explain(Throwable failure) {
            return passOn(failure);
        }
    };

    /**
     * Runs code, and tells what a failure of it means. Allocates nothing.
     *
     * @param body what to run, on this thread
     */
    default void run(Runnable body) {
        try {
            body.run();
            settle();
        } catch (RuntimeException | Error failure) {
            throw explain(failure);
        }
    }

    /**
     * As {@link #run}, for code with a result.
     *
     * @param body what to run, on this thread
     * @return what the code returned
     */
    default <T extends @Nullable Object> T get(Supplier<T> body) {
        try {
            T result = body.get();
            settle();
            return result;
        } catch (RuntimeException | Error failure) {
            throw explain(failure);
        }
    }

    /**
     * Makes a fault that is still pending appear as {@link InternalError}, by an access through the carrier. It has to be
     * the last statement of the {@code try} block. Allocates nothing.
     *
     * @throws io.jvfio.device.DeviceGoneException if that access shows that the device is gone
     */
    void settle();

    /**
     * What a failure of guarded code means.
     *
     * @param failure what the code threw
     * @return the exception to throw: another one for a fault or for a device that is gone, else the failure itself
     * @throws Error the failure itself if it is an error, but no fault
     */
    RuntimeException explain(Throwable failure);

    /**
     * The failure itself, as what it is.
     *
     * @return the failure, if it is a {@link RuntimeException}
     * @throws Error the failure, if it is an error
     * @throws IllegalArgumentException if it is a checked exception, which guarded code cannot throw
     */
    static RuntimeException passOn(Throwable failure) {
        return switch (failure) {
            case RuntimeException exception -> exception;
            case Error error -> throw error;
            default -> throw new IllegalArgumentException("guarded code threw a checked exception", failure);
        };
    }
}
