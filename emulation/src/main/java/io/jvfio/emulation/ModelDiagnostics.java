// SPDX-License-Identifier: Apache-2.0
package io.jvfio.emulation;

import io.jvfio.emulation.ModelReport.Missing;
import io.jvfio.emulation.ModelReport.Spin;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Collects what becomes a {@link ModelReport}. A client decides which places there are, so their number is bounded.
 *
 * <p>Threads: thread-safe.
 */
final class ModelDiagnostics {
    /** How many kinds of access, and how many read registers, are kept. */
    static final int MOST = 4096;

    /** How long a register does not change until its reader is said to spin. */
    static final Duration LIMIT = Duration.ofSeconds(1);

    /** Reads that are further apart are no spinning. */
    static final Duration GAP = LIMIT.dividedBy(4);

    private static final Comparator<Missing> BY_PLACE = Comparator.comparingInt(Missing::bar)
            .thenComparingLong(Missing::offset)
            .thenComparingInt(Missing::width)
            .thenComparing(Missing::write);

    private record Place(int bar, long offset, int width, boolean write) {}

    private record Start(int bar, long offset) {}

    private final ModelClock clock;
    private final Map<Integer, RegisterMap> maps = new TreeMap<>();
    private final List<Integer> undescribed = new ArrayList<>();
    private final Map<Place, LongAdder> missing = new ConcurrentHashMap<>();
    private final LongAdder others = new LongAdder();
    private final Map<Start, Poll> polls = new ConcurrentHashMap<>();

    ModelDiagnostics(ModelClock clock) {
        this.clock = clock;
    }

    /** Says which registers a BAR has, while the device is made; null if nobody knows. */
    void describe(int bar, @Nullable RegisterMap map) {
        if (map == null) {
            undescribed.add(bar);
        } else {
            maps.put(bar, map);
        }
    }

    void read(int bar, long offset, int width, long value) {
        judge(bar, offset, width, false);
        Start start = new Start(bar, offset);
        Poll poll = polls.get(start);
        if (poll == null && polls.size() < MOST) {
            poll = polls.computeIfAbsent(start, ignored -> new Poll());
        }
        if (poll != null) {
            poll.read(clock.nanos(), width, value);
        }
    }

    void written(int bar, long offset, int width) {
        judge(bar, offset, width, true);
        Poll poll = polls.get(new Start(bar, offset));
        if (poll != null) {
            poll.written();
        }
    }

    private void judge(int bar, long offset, int width, boolean write) {
        RegisterMap map = maps.get(bar);
        if (map == null || map.covers(offset, width, write)) {
            return;
        }
        Place place = new Place(bar, offset, width, write);
        LongAdder count = missing.get(place);
        if (count == null && missing.size() < MOST) {
            count = missing.computeIfAbsent(place, ignored -> new LongAdder());
        }
        (count == null ? others : count).increment();
    }

    ModelReport report() {
        List<Missing> accesses = new ArrayList<>();
        missing.forEach((place, count) -> accesses.add(new Missing(
                place.bar, place.offset, place.width, place.write, name(place.bar, place.offset), count.sum())));
        accesses.sort(BY_PLACE);
        List<Spin> spins = new ArrayList<>();
        polls.forEach((start, poll) -> {
            Spin spin = poll.spin(start.bar, start.offset, name(start.bar, start.offset));
            if (spin != null) {
                spins.add(spin);
            }
        });
        spins.sort(Comparator.comparingInt(Spin::bar).thenComparingLong(Spin::offset));
        return new ModelReport(accesses, others.sum(), spins, undescribed);
    }

    private @Nullable String name(int bar, long offset) {
        RegisterMap map = maps.get(bar);
        return map == null ? null : map.name(offset);
    }

    /** The reads of one register. */
    private static final class Poll {
        /** Guarded by this, as all that follows: the reads since the register last changed. 0 after a write. */
        private long reads;

        private long value;
        private long first;
        private long last;

        /** The last time that the limit was reached. */
        private long times;

        private boolean spinning;
        private int spunWidth;
        private long spunValue;
        private long spunReads;
        private long longest;

        synchronized void read(long now, int width, long seen) {
            if (reads == 0 || seen != value || now - last > GAP.toNanos()) {
                reads = 0;
                value = seen;
                first = now;
                spinning = false;
            }
            reads++;
            last = now;
            if (now - first >= LIMIT.toNanos()) {
                times += spinning ? 0 : 1;
                spinning = true;
                spunWidth = width;
                spunValue = seen;
                spunReads = reads;
                longest = Math.max(longest, now - first);
            }
        }

        synchronized void written() {
            reads = 0;
        }

        synchronized @Nullable Spin spin(int bar, long offset, @Nullable String name) {
            return times == 0
                    ? null
                    : new Spin(bar, offset, spunWidth, name, spunValue, spunReads, Duration.ofNanos(longest), times);
        }
    }
}
