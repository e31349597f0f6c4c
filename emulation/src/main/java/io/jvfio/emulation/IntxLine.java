// SPDX-License-Identifier: Apache-2.0
package io.jvfio.emulation;

import io.jvfio.Fd;
import io.jvfio.internal.sys.EventFd;
import io.jvfio.internal.sys.SystemCalls;
import org.jspecify.annotations.Nullable;

/**
 * An interrupt pin with a level, as VFIO passes it on: while the level is high and nothing holds it back, the eventfd is
 * signalled once, which masks the line until the client unmasks it; if the level is high still, that signals again.
 *
 * <p>Threads: thread-safe.
 */
final class IntxLine {
    private final SystemCalls sys;

    private @Nullable EventFd eventfd;
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

    synchronized void level(boolean up) {
        high = up;
        deliver();
    }

    /** The interrupt disable bit of the command register. */
    synchronized void disabled(boolean on) {
        disabled = on;
        deliver();
    }

    synchronized void assign(@Nullable Fd fd) {
        EventFd made = fd == null ? null : EventFd.duplicate(sys, fd);
        close();
        eventfd = made;
        masked = false;
        deliver();
    }

    synchronized void mask() {
        masked = true;
    }

    synchronized void unmask() {
        masked = false;
        deliver();
    }

    /** Fires as software asks for it, whatever the level. */
    synchronized void trigger() {
        if (eventfd != null && !disabled) {
            eventfd.signalIfRoom();
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

    private void deliver() {
        if (high && !masked && !disabled && eventfd != null) {
            masked = true;
            eventfd.signalIfRoom();
        }
    }
}
