// SPDX-License-Identifier: Apache-2.0
package io.jvfio.emulation;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Carries out a {@link FaultPlan} on one device. The device asks at each event; the model knows nothing of it.
 *
 * <p>Threads: thread-safe. Which event is the nth is decided under a lock, so with several threads it is whichever comes
 * then.
 */
final class FaultInjector {

    /** A rule with what it needs to decide. */
    private static final class Live {
        private final FaultRule rule;
        private final SplittableRandom random;
        private long events;
        private long hits;

        Live(FaultRule rule, long seed) {
            this.rule = rule;
            this.random = new SplittableRandom(seed);
        }

        boolean hits() {
            events++;
            FaultRule.When when = rule.when();
            boolean hit = events >= when.first()
                    && (events - when.first()) % when.every() == 0
                    && hits < when.most()
                    && (when.probability() == 1 || random.nextDouble() < when.probability());
            if (hit) {
                hits++;
            }
            return hit;
        }
    }

    private record Delayed(long due, int vector) {}

    private final ModelClock clock;
    private final List<Live> rules = new ArrayList<>();

    /** Guarded by this. */
    private final List<FaultRecord> log = new ArrayList<>();

    /** Messages that come later. Guarded by this. */
    private final List<Delayed> delayed = new ArrayList<>();

    private final SplittableRandom random;
    private final AtomicBoolean deaf = new AtomicBoolean();
    private final AtomicBoolean idle = new AtomicBoolean();
    private volatile Runnable remove = () -> {};
    private volatile Runnable spurious = () -> {};
    private volatile IntConsumer error = code -> {};

    FaultInjector(FaultPlan plan, ModelClock clock) {
        this.clock = clock;
        this.random = new SplittableRandom(plan.seed());
        for (FaultRule rule : plan.rules()) {
            rules.add(new Live(rule, random.nextLong()));
        }
    }

    /** Says what pulls the device out, what makes it interrupt for nothing, and what it does when it has an error. */
    void connect(Runnable removal, Runnable interrupt, IntConsumer failing) {
        remove = removal;
        spurious = interrupt;
        error = failing;
    }

    synchronized List<FaultRecord> log() {
        return List.copyOf(log);
    }

    /** Which rule an event meets, or null. A removal, a spurious interrupt or an error has happened when this returns. */
    @Nullable FaultRule meet(FaultRule.Point point, long offset) {
        FaultRule met = decide(point, offset);
        if (met == null) {
            return null;
        }
        switch (met.kind()) {
            case REMOVE -> remove.run();
            case SPURIOUS -> spurious.run();
            case ERROR -> error.accept(met.code());
            case STUCK -> (point == FaultRule.Point.READ ? deaf : idle).set(true);
            default -> {
                // The event itself is what changes.
            }
        }
        return met;
    }

    private synchronized @Nullable FaultRule decide(FaultRule.Point point, long offset) {
        FaultRule met = null;
        for (Live live : rules) {
            FaultRule rule = live.rule;
            boolean here = rule.point() == point && (rule.offset() < 0 || rule.offset() == offset);
            if (here && live.hits() && met == null) {
                met = rule;
                log.add(new FaultRecord(log.size() + 1L, clock.nanos(), live.events, rule));
            }
        }
        return met;
    }

    /** Whether reads get ones until the next reset. */
    boolean isDeaf() {
        return deaf.get();
    }

    /** Whether no work is done until the next reset. */
    boolean isIdle() {
        return idle.get();
    }

    /** The device has been reset. */
    void revive() {
        deaf.set(false);
        idle.set(false);
        synchronized (this) {
            delayed.clear();
        }
    }

    /** Keeps a message for later; the time when it is due. */
    synchronized long defer(int vector, FaultRule rule) {
        long due = clock.nanos() + rule.delay().toNanos();
        delayed.add(new Delayed(due, vector));
        return due;
    }

    /** Takes a message that is due, or -1. */
    synchronized int takeDue() {
        long now = clock.nanos();
        for (int i = 0; i < delayed.size(); i++) {
            if (delayed.get(i).due - now <= 0) {
                return delayed.remove(i).vector;
            }
        }
        return -1;
    }

    /** A value with one bit changed. */
    synchronized long corrupt(long value, int width) {
        return value ^ 1L << random.nextInt(width * Byte.SIZE);
    }

    /** Changes one bit of memory. */
    void corrupt(MemorySegment memory) {
        long at;
        int bit;
        synchronized (this) {
            at = random.nextLong(memory.byteSize());
            bit = random.nextInt(Byte.SIZE);
        }
        memory.set(ValueLayout.JAVA_BYTE, at, (byte) (memory.get(ValueLayout.JAVA_BYTE, at) ^ 1 << bit));
    }

    /** A number from 0 on below a bound. */
    synchronized int below(int bound) {
        return random.nextInt(bound);
    }

    /** Waits as long as a rule says, if time goes on by itself. */
    void delay(FaultRule rule) {
        if (!clock.runs()) {
            return;
        }
        long end = clock.nanos() + rule.delay().toNanos();
        for (long left = end - clock.nanos(); left > 0; left = end - clock.nanos()) {
            LockSupport.parkNanos(this, left);
            if (Thread.currentThread().isInterrupted()) {
                return;
            }
        }
    }
}
