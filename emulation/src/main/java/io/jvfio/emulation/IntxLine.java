// SPDX-License-Identifier: Apache-2.0
package io.jvfio.emulation;

import io.jvfio.Fd;
import io.jvfio.internal.sys.SharedEventFd;
import io.jvfio.internal.sys.SystemCalls;
import org.jspecify.annotations.Nullable;

/**
 * An interrupt pin with a level, as VFIO passes it on: while the level is high and nothing holds it back, the eventfd is
 * signalled once, which masks the line until the client unmasks it; if the level is high still, that signals again.
 *
 * <p>Threads: thread-safe. The eventfd is signalled after the lock has been given back.
 */
final class IntxLine {
    private final SystemCalls sys;

    private @Nullable SharedEventFd eventfd;
    private boolean masked;
    private boolean disabled;

    /** Read by the status register without the lock. */
    private volatile boolean high;

    IntxLine(SystemCalls sys) {
        this.sys = sys;
    }

    boolean isHigh() {
        return high;
    }

    synchronized boolean isEnabled() {
        return eventfd != null;
    }

    void level(boolean up) {
        synchronized (this) {
            high = up;
        }
        deliver();
    }

    /** The interrupt disable bit of the command register. */
    void disabled(boolean on) {
        synchronized (this) {
            disabled = on;
        }
        deliver();
    }

    /**
     * Has it interrupt by a duplicate of an eventfd, or not at all; {@link #deliver} then.
     *
     * @param onHeldUp ends whoever passed it
     */
    synchronized void assign(@Nullable Fd fd, Runnable onHeldUp) {
        SharedEventFd made = fd == null ? null : SharedEventFd.duplicate(sys, fd, onHeldUp);
        close();
        eventfd = made;
        masked = false;
    }

    synchronized void mask() {
        masked = true;
    }

    void unmask() {
        synchronized (this) {
            masked = false;
        }
        deliver();
    }

    /** Fires as software asks for it, whatever the level. */
    void trigger() {
        SharedEventFd now;
        synchronized (this) {
            now = disabled ? null : eventfd;
        }
        if (now != null) {
            now.signal();
        }
    }

    /** The level is low and the command register lets interrupts through again; the assignment stays. */
    synchronized void reset() {
        high = false;
        disabled = false;
    }

    synchronized void close() {
        if (eventfd != null) {
            eventfd.close();
            eventfd = null;
        }
        masked = false;
    }

    /** Interrupts if the level is high and nothing holds it back. */
    void deliver() {
        SharedEventFd now;
        synchronized (this) {
            if (!high || masked || disabled || eventfd == null) {
                return;
            }
            masked = true;
            now = eventfd;
        }
        now.signal();
    }
}
