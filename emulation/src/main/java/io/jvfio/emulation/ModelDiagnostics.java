// SPDX-License-Identifier: Apache-2.0
package io.jvfio.emulation;

import io.jvfio.device.VfioPci;
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

    private static final Comparator<Missing> BY_PLACE = Comparator.comparingInt(Missing::region)
            .thenComparingLong(Missing::offset)
            .thenComparingInt(Missing::width)
            .thenComparing(Missing::write);

    private record Place(int region, long offset, int width, boolean write) {}

    private record Start(int region, long offset) {}

    private final ModelClock clock;
    private final Map<Integer, RegisterMap> maps = new TreeMap<>();
    private final List<Integer> undescribed = new ArrayList<>();
    private ConfigRegisters config = new ConfigRegisters(RegisterMap.NONE, 0);
    private final Map<Place, LongAdder> missing = new ConcurrentHashMap<>();
    private final LongAdder others = new LongAdder();
    private final Map<Start, Poll> polls = new ConcurrentHashMap<>();

    ModelDiagnostics(ModelClock clock) {
        this.clock = clock;
    }

    /** Says which registers a region has, while the device is made; null if nobody knows. */
    void describe(int region, @Nullable RegisterMap map) {
        if (map == null) {
            undescribed.add(region);
        } else {
            maps.put(region, map);
        }
    }

    /** Says which registers config space has, while the device is made. */
    void describe(ConfigRegisters registers) {
        config = registers;
        maps.put(VfioPci.VFIO_PCI_CONFIG_REGION_INDEX, registers.map());
    }

    /** Which registers config space has. */
    ConfigRegisters config() {
        return config;
    }

    void read(int region, long offset, int width, long value) {
        judge(region, offset, width, false);
        Start start = new Start(region, offset);
        Poll poll = polls.get(start);
        if (poll == null && polls.size() < MOST) {
            poll = polls.computeIfAbsent(start, ignored -> new Poll());
        }
        if (poll != null) {
            poll.read(clock.nanos(), width, value);
        }
    }

    void written(int region, long offset, int width) {
        judge(region, offset, width, true);
        Poll poll = polls.get(new Start(region, offset));
        if (poll != null) {
            poll.written();
        }
    }

    private void judge(int region, long offset, int width, boolean write) {
        RegisterMap map = maps.get(region);
        if (map == null || map.covers(offset, width, write)) {
            return;
        }
        Place place = new Place(region, offset, width, write);
        LongAdder count = missing.get(place);
        if (count == null && missing.size() < MOST) {
            count = missing.computeIfAbsent(place, ignored -> new LongAdder());
        }
        (count == null ? others : count).increment();
    }

    ModelReport report() {
        List<Missing> accesses = new ArrayList<>();
        missing.forEach((place, count) -> accesses.add(new Missing(
                place.region, place.offset, place.width, place.write, name(place.region, place.offset), count.sum())));
        accesses.sort(BY_PLACE);
        List<Spin> spins = new ArrayList<>();
        polls.forEach((start, poll) -> {
            Spin spin = poll.spin(start.region, start.offset, name(start.region, start.offset));
            if (spin != null) {
                spins.add(spin);
            }
        });
        spins.sort(Comparator.comparingInt(Spin::region).thenComparingLong(Spin::offset));
        return new ModelReport(accesses, others.sum(), spins, undescribed);
    }

    private @Nullable String name(int region, long offset) {
        RegisterMap map = maps.get(region);
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

        synchronized @Nullable Spin spin(int region, long offset, @Nullable String name) {
            return times == 0
                    ? null
                    : new Spin(region, offset, spunWidth, name, spunValue, spunReads, Duration.ofNanos(longest), times);
        }
    }
}
