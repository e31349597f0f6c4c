// SPDX-License-Identifier: Apache-2.0
package io.jvfio.driver.nvme;

import io.jvfio.driver.nvme.spec.AsyncEvent;
import io.jvfio.driver.nvme.spec.FeatureId;
import io.jvfio.driver.nvme.spec.SubmissionEntry;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * Takes events from the controller and tells a listener, on a virtual thread of its own. An event is held back by the
 * controller until its log page was read, so that is done first.
 *
 * <p>Threads: thread-safe.
 */
final class EventWatch implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger("io.jvfio");
    private static final Duration LOOK = Duration.ofMillis(500);
    private static final Duration JOIN = Duration.ofSeconds(5);

    /** Without an interrupt. */
    private static final long PAUSE_NANOS = 20_000_000;

    /** The start of any log page; reading it clears the event. */
    private static final int LOG_BYTES = 512;

    private final ControllerCore core;
    private final Consumer<NvmeEvent> listener;
    private final Thread thread;
    private volatile boolean closed;

    EventWatch(ControllerCore core, Consumer<NvmeEvent> listener) {
        this.core = core;
        this.listener = listener;
        this.thread = Thread.ofVirtual().name("nvme-events-" + core.name()).unstarted(this::run);
    }

    void start() {
        request();
        thread.start();
    }

    /** Asks for events, as has to be done again after a reset. */
    void request() {
        core.adminQueue().requestEvents(core.info().eventRequests());
    }

    private void run() {
        while (!closed && core.isOpen()) {
            try {
                await();
                if (core.isReady()) {
                    core.adminQueue().takeEvents().forEach(this::tell);
                }
            } catch (InterruptedException e) {
                return;
            } catch (RuntimeException e) {
                if (!closed && core.isReady()) {
                    LOG.log(System.Logger.Level.WARNING, core.name() + ": no more events are told", e);
                }
                return;
            }
        }
    }

    private void await() throws InterruptedException {
        if (core.vectors() > 0) {
            core.awaitInterrupt(0, LOOK);
        } else {
            LockSupport.parkNanos(PAUSE_NANOS);
            if (Thread.interrupted()) {
                throw new InterruptedException("the events of " + core.name() + " are not watched any more");
            }
        }
    }

    private void tell(int result) {
        NvmeEvent event = NvmeEvent.of(result);
        core.admin(true, admin -> {
            if (event.type() <= AsyncEvent.COMMAND_SET) {
                MemorySegment page = MemorySegment.ofArray(new byte[LOG_BYTES]);
                admin.readLog(event.logPage(), SubmissionEntry.ALL_NAMESPACES, 0, page);
            }
            return null;
        });
        request();
        listener.accept(event);
    }

    /** Says that changes of namespaces, and all warnings of SMART, are to be told. */
    static void enable(AdminCommands admin) {
        int wanted = FeatureId.EVENTS_NAMESPACES.set(FeatureId.EVENTS_SMART.set(0, 0x1f), 1);
        admin.setFeature(FeatureId.ASYNC_EVENTS, 0, wanted, false);
    }

    @Override
    public void close() {
        closed = true;
        if (Thread.currentThread().equals(thread)) {
            return;
        }
        thread.interrupt();
        try {
            thread.join(JOIN);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
