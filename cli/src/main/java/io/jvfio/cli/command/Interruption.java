// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli.command;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Ends the command in good order when the process is told to end (Ctrl-C): the command's thread is interrupted and has
 * some time to close what it opened; what is still open then is closed here.
 *
 * <p>Threads: thread-safe.
 */
public final class Interruption {
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final Set<AutoCloseable> open = ConcurrentHashMap.newKeySet();
    private final CountDownLatch finished = new CountDownLatch(1);
    private volatile boolean requested;
    private volatile boolean done;

    /** Interrupts this thread when the process is told to end. */
    public static Interruption install(Thread worker) {
        Interruption made = new Interruption();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> made.end(worker), "jvfio-shutdown"));
        return made;
    }

    /** Whether the process is about to end. */
    public boolean requested() {
        return requested;
    }

    /** Keeps what has to be closed. */
    public void opened(AutoCloseable resource) {
        open.add(resource);
    }

    /** Forgets what has been closed. */
    public void closed(AutoCloseable resource) {
        open.remove(resource);
    }

    /**
     * The command has ended; nothing is left to wait for.
     *
     * @param code how: with 0 it has done all that it was for, although it was told to end
     */
    public void finished(int code) {
        done = code == 0;
        finished.countDown();
    }

    /** The JVM would report the signal, whatever the command says. */
    private void end(Thread worker) {
        interrupt(worker, PATIENCE);
        if (requested && done) {
            Runtime.getRuntime().halt(0);
        }
    }

    /** Interrupts a command, and closes what it has not closed in time. */
    public void interrupt(Thread worker, Duration patience) {
        if (finished.getCount() == 0) {
            return;
        }
        requested = true;
        worker.interrupt();
        try {
            if (finished.await(patience.toNanos(), TimeUnit.NANOSECONDS)) {
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        for (AutoCloseable resource : open) {
            try {
                resource.close();
            } catch (Exception e) {
                // The process ends, and the kernel closes what is left; there is nobody to tell but the log.
                System.getLogger("io.jvfio").log(System.Logger.Level.WARNING, "cannot close " + resource, e);
            }
        }
    }
}
