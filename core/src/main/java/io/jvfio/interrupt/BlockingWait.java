// SPDX-License-Identifier: Apache-2.0
package io.jvfio.interrupt;

import io.jvfio.Closing;
import io.jvfio.VfioException;
import io.jvfio.internal.sys.Abi;
import io.jvfio.internal.sys.EventFd;
import io.jvfio.internal.sys.Poller;
import io.jvfio.internal.sys.SystemCalls;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.spi.AbstractSelectableChannel;
import java.nio.channels.spi.AbstractSelector;
import java.nio.channels.spi.SelectorProvider;
import java.util.Set;

/**
 * A wait of a platform thread in poll(2) for an eventfd, which a second eventfd ends early.
 *
 * <p>{@link Thread#interrupt} does not reach a thread that is in a system call of ours. The one public way to learn of it
 * at once is the protocol between {@link AbstractSelector#begin} and {@link AbstractSelector#end}: in between, an interrupt
 * calls {@link Selector#wakeup} of the selector, which here signals the second eventfd. It is no selector otherwise.
 *
 * <p>Threads: {@link #block} by one thread at a time, {@link #wakeup} by any, {@link #close} when nobody blocks.
 */
final class BlockingWait implements AutoCloseable {
    private final EventFd wake;
    private final Poller poller;
    private final InterruptHook hook = new InterruptHook();

    /** Borrows the eventfd. */
    BlockingWait(SystemCalls sys, EventFd eventfd) {
        wake = EventFd.open(sys);
        try {
            poller = new Poller(sys, 2);
            poller.set(0, eventfd.fd(), Abi.POLLIN);
            poller.set(1, wake.fd(), Abi.POLLIN);
        } catch (RuntimeException | Error e) {
            Closing.after(e, wake);
            throw e;
        }
    }

    /**
     * Blocks until the eventfd has a count, or {@link #wakeup}, or an interrupt of the thread, or the time is over. May
     * return for no reason. Allocates nothing.
     *
     * @param nanos the limit in nanoseconds, more than 0; it ends up to a millisecond late
     */
    void block(long nanos) {
        hook.enter();
        try {
            poller.await(nanos);
        } finally {
            hook.leave();
        }
        if (poller.ready(1) != 0) {
            wake.drain();
        }
    }

    /** Ends the present wait, or else the next. */
    void wakeup() {
        hook.wakeup();
    }

    @Override
    public void close() {
        wake.close();
        poller.close();
    }

    /** Has the selector's side of the protocol. */
    private final class InterruptHook extends AbstractSelector {

        InterruptHook() {
            super(SelectorProvider.provider());
        }

        void enter() {
            begin();
        }

        void leave() {
            end();
        }

        @Override
        public Selector wakeup() {
            try {
                wake.signal(1);
            } catch (IllegalStateException e) {
                // Closed: an interrupt that was under way when the wait ended comes late, and has nobody to wake.
            } catch (VfioException e) {
                // The count is at its limit (EAGAIN), so it is not 0, and that wakes too. Thread.interrupt must not
                // throw.
            }
            return this;
        }

        @Override
        protected void implCloseSelector() {
            throw new UnsupportedOperationException();
        }

        @Override
        protected SelectionKey register(AbstractSelectableChannel channel, int operations, Object attachment) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Set<SelectionKey> keys() {
            throw new UnsupportedOperationException();
        }

        @Override
        public Set<SelectionKey> selectedKeys() {
            throw new UnsupportedOperationException();
        }

        @Override
        public int selectNow() {
            throw new UnsupportedOperationException();
        }

        @Override
        public int select(long timeout) {
            throw new UnsupportedOperationException();
        }

        @Override
        public int select() {
            throw new UnsupportedOperationException();
        }
    }
}
