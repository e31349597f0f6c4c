// SPDX-License-Identifier: Apache-2.0
package io.jvfio.emulation;

import io.jvfio.Closing;
import io.jvfio.Fd;
import io.jvfio.internal.sys.Abi;
import io.jvfio.internal.sys.EventFd;
import io.jvfio.internal.sys.Poller;
import io.jvfio.internal.sys.SharedEventFd;
import io.jvfio.internal.sys.SystemCalls;

/**
 * Unmasks INTx whenever a client's eventfd is written: one thread that waits for it.
 *
 * <p>Threads: thread-safe.
 */
final class Resampler implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger("io.jvfio");
    private static final int CLIENT = 0;
    private static final int END = 1;

    private final SharedEventFd client;
    private final EventFd end;
    private final Runnable unmask;
    private final Thread thread;

    private Resampler(SystemCalls sys, SharedEventFd client, EventFd end, Runnable unmask, String device) {
        this.client = client;
        this.end = end;
        this.unmask = unmask;
        this.thread = Thread.ofPlatform()
                .daemon()
                .inheritInheritableThreadLocals(false)
                .name("jvfio-resample " + device)
                .unstarted(() -> watch(sys));
    }

    /** Starts to watch a duplicate of the client's eventfd. */
    static Resampler start(SystemCalls sys, Fd eventfd, Runnable unmask, String device) {
        SharedEventFd client = SharedEventFd.duplicate(sys, eventfd, () -> {}); // is only read
        try {
            Resampler resampler = new Resampler(sys, client, EventFd.open(sys), unmask, device);
            resampler.thread.start();
            return resampler;
        } catch (RuntimeException e) {
            throw Closing.after(e, client);
        }
    }

    private void watch(SystemCalls sys) {
        try (Poller poller = new Poller(sys, 2)) {
            poller.set(CLIENT, client.fd(), Abi.POLLIN);
            poller.set(END, end.fd(), Abi.POLLIN);
            while (true) {
                poller.await(-1);
                if (poller.ready(END) != 0) {
                    return;
                }
                if (client.drain() != 0) {
                    unmask.run();
                }
            }
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.WARNING, "INTx will not be unmasked by eventfd any more", e);
        }
    }

    /** Ends the thread; no unmask happens after that. */
    @Override
    public void close() {
        end.signal(1);
        boolean interrupted = false;
        while (true) {
            try {
                thread.join();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        try (client;
                end) {
            // Both descriptors end with the thread.
        }
    }
}
