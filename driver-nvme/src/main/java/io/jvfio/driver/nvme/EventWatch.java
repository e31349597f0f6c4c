// SPDX-License-Identifier: Apache-2.0
package io.jvfio.driver.nvme;

import io.jvfio.device.DeviceGoneException;
import io.jvfio.driver.nvme.spec.AdminOpcode;
import io.jvfio.driver.nvme.spec.FeatureId;
import io.jvfio.driver.nvme.spec.IdentifyController;
import io.jvfio.driver.nvme.spec.StatusCode;
import io.jvfio.driver.nvme.spec.SubmissionEntry;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * Takes events from the controller and tells a listener, on a virtual thread of its own. An event is held back by the
 * controller until its log page was read, so that is done first. Whatever fails is told, and does not end the watch: only
 * the controller's end does.
 *
 * <p>Threads: thread-safe.
 */
final class EventWatch implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger("io.jvfio");
    private static final Duration LOOK = Duration.ofMillis(500);
    private static final Duration JOIN = Duration.ofSeconds(5);

    /** Without an interrupt. */
    private static final long PAUSE_NANOS = 20_000_000;

    /** What fails again and again is tried again after LOOK, doubled so many times at most. */
    private static final int MOST_DOUBLINGS = 7;

    /** The start of any log page; reading it clears the event. */
    private static final int LOG_BYTES = 512;

    private static final int ALL_WARNINGS = 0x1f;

    private final ControllerCore core;
    private final Consumer<NvmeEvent> listener;
    private final Consumer<? super Throwable> failures;
    private final Thread thread;

    /** Log pages that could not be read, whose events the controller holds back. */
    private final Set<Integer> unread = ConcurrentHashMap.newKeySet();

    private volatile boolean closed;

    /** How often in a row something failed that is tried again, and when it is; the thread's own. */
    private int failed;

    private long nextTry;

    EventWatch(ControllerCore core, Consumer<NvmeEvent> listener, Consumer<? super Throwable> failures) {
        this.core = core;
        this.listener = listener;
        this.failures = failures;
        this.thread = Thread.ofVirtual().name("nvme-events-" + core.name()).unstarted(this::run);
    }

    void start() {
        attempt(() -> ask(admin -> enable(admin, core.info())));
        attempt(this::request);
        thread.start();
    }

    /** The controller was reset, by the calling thread: it has forgotten what it was asked for. */
    void afterReset(AdminCommands admin) {
        unread.clear();
        attempt(() -> enable(admin, core.info()));
        attempt(() -> admin.requestEvents(core.info()));
    }

    private void request() {
        ask(admin -> admin.requestEvents(core.info()));
    }

    private void ask(Consumer<AdminCommands> what) {
        core.admin(true, admin -> {
            what.accept(admin);
            return null;
        });
    }

    private void run() {
        while (!closed && core.isOpen()) {
            try {
                await();
                if (core.isReady()) {
                    look();
                }
            } catch (InterruptedException e) {
                return;
            } catch (DeviceGoneException e) {
                tell(e);
                return;
            } catch (RuntimeException e) {
                tell(e);
                later();
            }
        }
    }

    private void look() {
        if (System.nanoTime() - nextTry < 0) {
            return;
        }
        boolean refused = false;
        for (AdminQueue.EventAnswer each : core.admin(true, AdminCommands::takeEvents)) {
            if (each.status() == 0) {
                happened(NvmeEvent.of(each.result()));
            } else if (!StatusCode.ASYNC_EVENT_LIMIT_EXCEEDED.matches(each.status())) {
                refused = true;
                tell(new CommandFailedException(
                        AdminOpcode.name(AdminOpcode.ASYNC_EVENT_REQUEST), each.status(), core.name()));
            }
        }
        boolean unreadable = false;
        for (int page : unread) {
            unreadable |= !tryToRead(page);
        }
        if (refused || unreadable) {
            later();
        } else {
            failed = 0;
            request();
        }
    }

    /** Something is to be tried again, but not at once. */
    private void later() {
        failed = Math.min(failed + 1, MOST_DOUBLINGS);
        nextTry = System.nanoTime() + (LOOK.toNanos() << failed - 1);
    }

    private void await() throws InterruptedException {
        long early = nextTry - System.nanoTime();
        if (early > 0) {
            TimeUnit.NANOSECONDS.sleep(early);
        } else if (core.vectors() > 0) {
            core.awaitInterrupt(0, LOOK);
        } else {
            LockSupport.parkNanos(PAUSE_NANOS);
            if (Thread.interrupted()) {
                throw new InterruptedException("the events of " + core.name() + " are not watched any more");
            }
        }
    }

    private void happened(NvmeEvent event) {
        int page = event.logPage();
        if (page != 0) {
            try {
                read(page);
            } catch (NvmeException e) {
                unread.add(page);
                tell(e);
            }
        }
        attempt(this::request);
        try {
            listener.accept(event);
        } catch (RuntimeException | Error e) {
            tell(e);
        }
    }

    private void read(int page) {
        MemorySegment start = MemorySegment.ofArray(new byte[LOG_BYTES]);
        ask(admin -> admin.readLogStart(page, SubmissionEntry.ALL_NAMESPACES, start));
    }

    /** Reads a page whose failure was told already. */
    private boolean tryToRead(int page) {
        try {
            read(page);
            unread.remove(page);
            return true;
        } catch (CommandFailedException e) {
            return false;
        }
    }

    /** Says that changes of namespaces, if there are any, and all warnings of SMART are to be told. */
    private static void enable(AdminCommands admin, ControllerInfo info) {
        boolean namespaces = IdentifyController.OAES_NAMESPACES.isSet(info.optionalEvents());
        int wanted = FeatureId.EVENTS_SMART.set(0, ALL_WARNINGS);
        wanted = FeatureId.EVENTS_NAMESPACES.set(wanted, namespaces ? 1 : 0);
        admin.setFeature(FeatureId.ASYNC_EVENTS, 0, wanted, false);
    }

    private void attempt(Runnable work) {
        try {
            work.run();
        } catch (RuntimeException e) {
            tell(e);
        }
    }

    private void tell(Throwable failure) {
        if (closed || !core.isOpen()) {
            return;
        }
        try {
            failures.accept(failure);
        } catch (RuntimeException | Error e) {
            e.addSuppressed(failure);
            LOG.log(System.Logger.Level.WARNING, core.name() + ": the listener for failures of events failed", e);
        }
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
