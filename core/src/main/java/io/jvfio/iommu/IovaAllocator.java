// SPDX-License-Identifier: Apache-2.0
package io.jvfio.iommu;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Gives out address ranges from a set of usable ones and takes them back.
 *
 * <p>All of the 64-bit space can be usable, so nothing here adds two lengths or knows an exclusive end: a gap is kept
 * with its last address, and its size as a span, which is one less.
 *
 * <p>Threads: one at a time.
 */
final class IovaAllocator {

    private static final Comparator<Long> UNSIGNED = Long::compareUnsigned;

    /** Orders gaps by size, then by address: the first that fits is the best. */
    private static final Comparator<IovaRange> BY_SIZE = (a, b) -> {
        int bySpan = Long.compareUnsigned(a.last() - a.start(), b.last() - b.start());
        return bySpan != 0 ? bySpan : Long.compareUnsigned(a.start(), b.start());
    };

    private List<IovaRange> usable;

    /** Ranges given out, by start. */
    private final NavigableMap<Long, IovaRange> used = new TreeMap<>(UNSIGNED);

    /** Usable and not given out, by start; no two touch. */
    private final Gaps gaps = new Gaps();

    private final NavigableSet<IovaRange> gapsBySize = new TreeSet<>(BY_SIZE);

    IovaAllocator(List<IovaRange> usable) {
        this.usable = merged(usable);
        this.usable.forEach(this::addGap);
    }

    /** The usable ranges in ascending order, those that touch or overlap merged. */
    List<IovaRange> usable() {
        return usable;
    }

    /**
     * Changes what is usable.
     *
     * @return null, or a range that has been given out and would not be usable; then nothing has changed
     */
    @Nullable IovaRange limit(List<IovaRange> ranges) {
        List<IovaRange> wanted = merged(ranges);
        for (IovaRange range : used.values()) {
            if (wanted.stream().noneMatch(part -> part.contains(range))) {
                return range;
            }
        }
        usable = wanted;
        gaps.clear();
        gapsBySize.clear();
        usable.forEach(this::addGap);
        used.values().forEach(this::cut);
        return null;
    }

    /**
     * Gives out {@code length} addresses.
     *
     * @param length more than 0
     * @param alignment of the first address, a power of two
     * @param within where the whole range must lie
     * @return the range, or null if there is no room
     */
    @Nullable IovaRange allocate(long length, long alignment, IovaRange within, MapRequest.Fit fit) {
        long span = length - 1;
        IovaRange found = switch (fit) {
            case FIRST -> gaps.lowest(span, within, gap -> lowest(gap, span, alignment, within));
            case BEST -> best(span, alignment, within);
            case LAST -> gaps.highest(span, within, gap -> highest(gap, span, alignment, within));
        };
        if (found != null) {
            used.put(found.start(), found);
            cut(found);
        }
        return found;
    }

    /**
     * Gives out just this range.
     *
     * @return whether it was usable and free
     */
    boolean reserve(IovaRange range) {
        IovaRange gap = gaps.floor(range.start());
        if (gap == null || !gap.contains(range)) {
            return false;
        }
        used.put(range.start(), range);
        cut(range);
        return true;
    }

    /**
     * Takes a range back.
     *
     * @throws IllegalStateException if just this range has not been given out
     */
    void release(IovaRange range) {
        if (!used.remove(range.start(), range)) {
            throw new IllegalStateException("range " + range + " has not been given out");
        }
        long start = range.start();
        long last = range.last();
        IovaRange below = gaps.floor(start);
        if (below != null && below.last() == start - 1) {
            start = below.start();
            removeGap(below);
        }
        IovaRange above = last == -1 ? null : gaps.floor(last + 1);
        if (above != null && above.start() == last + 1) {
            last = above.last();
            removeGap(above);
        }
        addGap(new IovaRange(start, last));
    }

    /** A range given out that shares an address with this one, or null. */
    @Nullable IovaRange conflict(IovaRange range) {
        Map.Entry<Long, IovaRange> entry = used.floorEntry(range.last());
        return entry != null && entry.getValue().overlaps(range) ? entry.getValue() : null;
    }

    /** How many ranges have been given out. */
    int count() {
        return used.size();
    }

    /** What is usable and what is left within a range, in one line for people. */
    String describe(IovaRange within) {
        IovaRange largest = null;
        for (IovaRange gap : gapsBySize) {
            IovaRange part = gap.intersection(within);
            if (part != null && (largest == null || BY_SIZE.compare(part, largest) > 0)) {
                largest = part;
            }
        }
        String room = largest == null ? "nothing free in it" : "largest free part in it " + largest;
        return "wanted within " + within + ", " + room + "; usable " + list(usable) + ", " + used.size()
                + " ranges in use";
    }

    /** Ranges for people; a long list is cut. */
    static String list(List<IovaRange> ranges) {
        if (ranges.isEmpty()) {
            return "nowhere";
        }
        String text = ranges.stream().limit(8).map(IovaRange::toString).collect(Collectors.joining(", "));
        return ranges.size() <= 8 ? text : text + " and " + (ranges.size() - 8) + " more";
    }

    private @Nullable IovaRange best(long span, long alignment, IovaRange within) {
        for (IovaRange gap : gapsBySize.tailSet(new IovaRange(0, span), true)) {
            IovaRange place = lowest(gap, span, alignment, within);
            if (place != null) {
                return place;
            }
        }
        return null;
    }

    private static @Nullable IovaRange lowest(IovaRange gap, long span, long alignment, IovaRange within) {
        IovaRange room = gap.intersection(within);
        if (room == null) {
            return null;
        }
        long start = (room.start() + (alignment - 1)) & -alignment;
        boolean wrapped = Long.compareUnsigned(start, room.start()) < 0;
        return wrapped || !fits(start, span, room) ? null : new IovaRange(start, start + span);
    }

    private static @Nullable IovaRange highest(IovaRange gap, long span, long alignment, IovaRange within) {
        IovaRange room = gap.intersection(within);
        if (room == null || Long.compareUnsigned(room.last() - room.start(), span) < 0) {
            return null;
        }
        long start = (room.last() - span) & -alignment;
        return fits(start, span, room) ? new IovaRange(start, start + span) : null;
    }

    /** Whether {@code span + 1} addresses from {@code start} lie in {@code room}. */
    private static boolean fits(long start, long span, IovaRange room) {
        return room.contains(start) && Long.compareUnsigned(room.last() - start, span) >= 0;
    }

    /** Takes a range out of the gap that it lies in. */
    private void cut(IovaRange range) {
        IovaRange gap = Objects.requireNonNull(gaps.floor(range.start()), "gap");
        removeGap(gap);
        if (gap.start() != range.start()) {
            addGap(new IovaRange(gap.start(), range.start() - 1));
        }
        if (gap.last() != range.last()) {
            addGap(new IovaRange(range.last() + 1, gap.last()));
        }
    }

    private void addGap(IovaRange gap) {
        gaps.add(gap);
        gapsBySize.add(gap);
    }

    private void removeGap(IovaRange gap) {
        gaps.remove(gap);
        gapsBySize.remove(gap);
    }

    private static List<IovaRange> merged(List<IovaRange> ranges) {
        List<IovaRange> result = new ArrayList<>();
        for (IovaRange range : ranges.stream().sorted().toList()) {
            IovaRange top = result.isEmpty() ? null : result.getLast();
            if (top != null && (top.last() == -1 || Long.compareUnsigned(top.last() + 1, range.start()) >= 0)) {
                long last = Long.compareUnsigned(top.last(), range.last()) >= 0 ? top.last() : range.last();
                result.set(result.size() - 1, new IovaRange(top.start(), last));
            } else {
                result.add(range);
            }
        }
        return List.copyOf(result);
    }
}
