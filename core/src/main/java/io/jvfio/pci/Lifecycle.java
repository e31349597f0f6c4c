// SPDX-License-Identifier: Apache-2.0
package io.jvfio.pci;

import io.jvfio.device.DeviceGoneException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** The state of one device; it only gets worse, but for a reset after an error. Threads: thread-safe, lock-free. */
final class Lifecycle {

    /** The state, and whether the device was leaving or gone at any time. */
    private record Status(DeviceState state, boolean departed) {}

    private final String name;
    private final AtomicReference<Status> status = new AtomicReference<>(new Status(DeviceState.OPEN, false));

    /** Why it left, as far as somebody knows. */
    private volatile @Nullable Throwable cause;

    Lifecycle(String name) {
        this.name = name;
    }

    DeviceState state() {
        return status.get().state;
    }

    /** Whether the device left by itself: it was asked for, or found gone. It stays so after the close. */
    boolean departed() {
        return status.get().departed;
    }

    /**
     * Moves on.
     *
     * @return whether this call did it; not if the state was this one or a worse one
     */
    boolean enter(DeviceState next) {
        Status now = status.get();
        while (now.state.compareTo(next) < 0) {
            boolean departing = next == DeviceState.LEAVING || next == DeviceState.GONE;
            Status then = new Status(next, now.departed || departing);
            if (status.compareAndSet(now, then)) {
                return true;
            }
            now = status.get();
        }
        return false;
    }

    /** After a reset: an error is over. */
    void recovered() {
        Status now = status.get();
        if (now.state == DeviceState.IN_ERROR) {
            status.compareAndSet(now, new Status(DeviceState.OPEN, false));
        }
    }

    /** Keeps what made it leave. */
    void endedBy(Throwable failure) {
        cause = failure;
    }

    /** That it is gone, with what made it leave. */
    DeviceGoneException gone(String call) {
        Throwable known = cause;
        return known == null ? new DeviceGoneException(call, name) : new DeviceGoneException(call, name, known);
    }

    /**
     * For the start of an operation.
     *
     * @throws IllegalStateException if the device is closed
     */
    void checkOpen() {
        Status now = status.get();
        if (now.state == DeviceState.CLOSED) {
            throw new IllegalStateException(
                    name + (now.departed ? " is closed, because it was removed" : " is closed"), cause);
        }
    }

    /**
     * For the start of guarded code.
     *
     * @throws DeviceGoneException if the device is closed because it was removed
     * @throws IllegalStateException if it is closed for another reason
     */
    void checkPresent() {
        if (status.get().state == DeviceState.CLOSED && departed()) {
            throw gone("guard");
        }
        checkOpen();
    }
}
