// SPDX-License-Identifier: Apache-2.0
package io.jvfio.emulation;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Has a model's recorded work done: on a thread of the device's own, which starts with the first work, or stepped by a
 * test.
 *
 * <p>Threads: thread-safe. {@link #wake} takes no lock and allocates nothing.
 */
public final class ModelWorker {
    private static final System.Logger LOG = System.getLogger("io.jvfio");
    private static final long NEVER = Long.MAX_VALUE;
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    /** How often a polling worker looks in vain before it rests between two looks. */
    private static final int EAGER_LOOKS = 10_000;

    private static final long REST_NANOS = 50_000;

    private final String device;
    private final ModelClock clock;
    private final boolean stepped;

    /** Held while the model runs or is reset. */
    private final ReentrantLock running = new ReentrantLock();

    private final AtomicLong due = new AtomicLong(NEVER);
    private volatile boolean woken;
    private volatile boolean polling;
    private volatile boolean stopped;
    private volatile @Nullable Thread thread;
    private volatile @Nullable DeviceModel model;
    private volatile @Nullable Consumer<Throwable> onFailure;
    private volatile @Nullable Throwable failure;

    ModelWorker(String device, ModelClock clock, boolean stepped) {
        this.device = device;
        this.clock = clock;
        this.stepped = stepped;
        clock.onMove(this::unpark);
    }

    /** Has the model run soon. Wakes before a run are one. */
    public void wake() {
        if (!woken) {
            woken = true;
            unpark();
        }
    }

    /**
     * Has the model run when its clock has come to a time; of several the earliest counts, so a run asks again for what
     * it still waits for.
     *
     * @param nanos in the clock's time
     */
    public void wakeAt(long nanos) {
        if (due.accumulateAndGet(nanos, Math::min) == nanos) {
            unpark();
        }
    }

    /**
     * Whether the worker runs the model again and again without being woken: for registers that are mapped, whose writes
     * nobody tells of. It rests for some 50 microseconds at a time while there is nothing to do. Has no effect on a model
     * that is stepped: each step looks.
     */
    public void polling(boolean on) {
        polling = on;
        unpark();
    }

    /** The clock by which the model runs. */
    public ModelClock clock() {
        return clock;
    }

    /** From here on there is a model to run. */
    void start(DeviceModel behaviour, Consumer<Throwable> failed) {
        onFailure = failed;
        model = behaviour;
        if (woken || polling || due.get() != NEVER) {
            unpark();
        }
    }

    /** Runs the model once if there is work for it now. */
    boolean step() {
        if (!isDue()) {
            return false;
        }
        boolean did = false;
        running.lock();
        try {
            DeviceModel behaviour = model;
            if (behaviour != null && !stopped) {
                boolean asked = take();
                did = behaviour.run() || asked;
            }
        } finally {
            running.unlock();
        }
        return did;
    }

    /** Does something while the model does not run, and after all recorded work has been forgotten. */
    boolean quiesced(Runnable action) {
        try {
            if (!running.tryLock(PATIENCE.toNanos(), TimeUnit.NANOSECONDS)) {
                return false;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            running.lock();
        }
        try {
            if (!stopped) {
                woken = false;
                due.set(NEVER);
                action.run();
            }
        } finally {
            running.unlock();
        }
        return true;
    }

    /** Does the last thing with the model, which does not run any more. */
    void finish(Runnable action) {
        stopped = true;
        running.lock();
        try {
            action.run();
        } finally {
            running.unlock();
        }
    }

    /** Ends the thread after the run under way. */
    void stop() {
        stopped = true;
        Thread worker;
        synchronized (this) {
            worker = thread;
        }
        if (worker == null || worker == Thread.currentThread()) {
            return;
        }
        LockSupport.unpark(worker);
        try {
            if (!worker.join(PATIENCE)) {
                LOG.log(System.Logger.Level.WARNING, "the worker of {0} does not end", device);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** What ended the model, or null. */
    @Nullable Throwable failure() {
        return failure;
    }

    boolean isStepped() {
        return stepped;
    }

    private boolean isDue() {
        return woken || polling || due.get() <= clock.nanos() && due.get() != NEVER;
    }

    /** Takes what has been asked for; what is asked for from now on is another run. */
    private boolean take() {
        boolean asked = woken;
        woken = false;
        long now = clock.nanos();
        long time = due.get();
        if (time <= now && time != NEVER) {
            asked |= due.compareAndSet(time, NEVER);
        }
        return asked;
    }

    private void unpark() {
        if (stepped || model == null || stopped) {
            return;
        }
        Thread worker = thread;
        LockSupport.unpark(worker != null ? worker : begin());
    }

    private synchronized @Nullable Thread begin() {
        if (thread == null && !stopped) {
            thread = Thread.ofPlatform()
                    .daemon()
                    .inheritInheritableThreadLocals(false)
                    .name("jvfio-model " + device)
                    .start(this::loop);
        }
        return thread;
    }

    private void loop() {
        int idle = 0;
        try {
            while (!stopped) {
                if (step()) {
                    idle = 0;
                } else if (polling && idle++ < EAGER_LOOKS) {
                    Thread.onSpinWait();
                } else if (!isDue() || polling) {
                    rest();
                }
            }
        } catch (RuntimeException | Error e) {
            LOG.log(System.Logger.Level.WARNING, "the model behind " + device + " has failed", e);
            failure = e;
            Consumer<Throwable> callback = onFailure;
            if (callback != null) {
                callback.accept(e);
            }
        }
    }

    private void rest() {
        long time = due.get();
        if (polling) {
            LockSupport.parkNanos(this, REST_NANOS);
        } else if (time == NEVER || !clock.runs()) {
            LockSupport.park(this);
        } else {
            LockSupport.parkNanos(this, Math.max(1, time - clock.nanos()));
        }
    }
}
