// SPDX-License-Identifier: Apache-2.0
package io.jvfio.iommu;

import io.jvfio.Hex;
import io.jvfio.iommu.RegisteredMapping.Run;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What is mapped in an address space at one moment, sorted by address: lookup, pinning for device-initiated DMA, and
 * explanation of an address.
 *
 * <p>Threads: immutable; nothing here takes a lock.
 */
public final class DmaMappings {

    /** The first address of each run, ascending unsigned: a search touches nothing else. */
    private final long[] starts;

    private final Run[] runs;
    private final int size;
    private final List<IovaRange> usable;
    private final History history;
    private final InstantSource clock;

    private DmaMappings(DmaMappings old, long[] starts, Run[] runs, int size, List<IovaRange> usable) {
        this.starts = starts;
        this.runs = runs;
        this.size = size;
        this.usable = usable;
        this.history = old.history;
        this.clock = old.clock;
    }

    /** A map with nothing in it. */
    DmaMappings(List<IovaRange> usable, History history, InstantSource clock) {
        this.starts = new long[0];
        this.runs = new Run[0];
        this.size = 0;
        this.usable = usable;
        this.history = history;
        this.clock = clock;
    }

    /** How many mappings there are. */
    public int size() {
        return size;
    }

    /** The mapping under an address, or null. Allocates nothing. */
    public @Nullable DmaMapping find(long iova) {
        int at = floor(iova);
        return at >= 0 && runs[at].range().contains(iova) ? runs[at].mapping() : null;
    }

    /** Calls {@code action} with each mapping once, in ascending order of the first address. */
    public void forEach(Consumer<? super DmaMapping> action) {
        for (Run run : runs) {
            if (run.offset() == 0) {
                action.accept(run.mapping());
            }
        }
    }

    /**
     * Holds the mappings under a range, all or none. Take a fresh map for each transfer: one that is being unmapped
     * cannot be pinned, and newer ones are not in this snapshot. Allocates nothing once {@code pin} has grown to the
     * number of mappings that a transfer spans.
     *
     * @param iova the first address, as the device gave it
     * @param length bytes, more than 0; a range that passes 2^64 is not mapped
     * @param access what is done to the memory
     * @param pin where to keep it; must not hold anything
     * @return whether it is held, or why not
     * @throws IllegalArgumentException if the length is not positive
     * @throws IllegalStateException if the pin holds something
     */
    public DmaPin.Result pin(long iova, long length, Access access, DmaPin pin) {
        if (length <= 0) {
            throw new IllegalArgumentException("a transfer of " + Hex.of(length) + " bytes");
        }
        pin.begin(access);
        long at = iova;
        long left = length;
        for (int i = floor(iova); ; i++) {
            pin.ensureRoom();
            DmaPin.Result result = i < 0 || i >= runs.length ? DmaPin.Result.UNMAPPED : hold(runs[i], at, access);
            if (result != DmaPin.Result.PINNED) {
                pin.fail(at);
                return result;
            }
            Run run = runs[i];
            long here = run.range().last() - at;
            // One less than what the run has left, so that a run up to the last address of all does not overflow.
            long part = Long.compareUnsigned(here, left - 1) >= 0 ? left : here + 1;
            pin.add(run.mapping(), run.offset() + (at - run.range().start()), part);
            left -= part;
            if (left == 0) {
                return DmaPin.Result.PINNED;
            }
            at += part;
            if (at == 0) {
                pin.fail(at);
                return DmaPin.Result.UNMAPPED;
            }
        }
    }

    /**
     * What an address means. The history of ended mappings is the current one, not that of this snapshot. Allocates.
     *
     * @param iova the address in a fault report or a register
     */
    public IovaExplanation explain(long iova) {
        int at = floor(iova);
        if (at >= 0 && runs[at].range().contains(iova)) {
            RegisteredMapping mapping = runs[at].mapping();
            long offset = runs[at].offset() + (iova - runs[at].range().start());
            return new IovaExplanation.Mapped(iova, mapping, offset, mapping.since(), mapping.origin());
        }
        IovaExplanation.Ended ended = history.find(iova, clock.instant());
        if (ended != null) {
            return ended;
        }
        if (usable.stream().noneMatch(range -> range.contains(iova))) {
            return new IovaExplanation.OutsideUsable(iova, usable);
        }
        DmaMapping below = at >= 0 ? runs[at].mapping() : null;
        DmaMapping above = at + 1 < runs.length ? runs[at + 1].mapping() : null;
        return new IovaExplanation.NeverMapped(iova, below, above);
    }

    /** The same with one mapping more. None of its runs may overlap what is here. */
    DmaMappings with(RegisteredMapping mapping) {
        List<Run> added = mapping.runs();
        long[] newStarts = new long[starts.length + added.size()];
        Run[] newRuns = new Run[newStarts.length];
        System.arraycopy(starts, 0, newStarts, 0, starts.length);
        System.arraycopy(runs, 0, newRuns, 0, runs.length);
        int count = starts.length;
        for (Run run : added) {
            int at = floor(newStarts, count, run.range().start()) + 1;
            System.arraycopy(newStarts, at, newStarts, at + 1, count - at);
            System.arraycopy(newRuns, at, newRuns, at + 1, count - at);
            newStarts[at] = run.range().start();
            newRuns[at] = run;
            count++;
        }
        return new DmaMappings(this, newStarts, newRuns, size + 1, usable);
    }

    /** The same without a mapping that is here. */
    DmaMappings without(RegisteredMapping mapping) {
        long[] newStarts = new long[starts.length - mapping.runs().size()];
        Run[] newRuns = new Run[newStarts.length];
        int count = 0;
        for (int i = 0; i < runs.length; i++) {
            if (runs[i].mapping() != mapping) {
                newStarts[count] = starts[i];
                newRuns[count++] = runs[i];
            }
        }
        return new DmaMappings(this, newStarts, newRuns, size - 1, usable);
    }

    /** The same with other usable ranges. */
    DmaMappings withUsable(List<IovaRange> ranges) {
        return new DmaMappings(this, starts, runs, size, ranges);
    }

    /** A run that shares an address with this range, or null. */
    @Nullable Run overlap(IovaRange range) {
        int at = floor(range.last());
        return at >= 0 && runs[at].range().overlaps(range) ? runs[at] : null;
    }

    private static DmaPin.Result hold(Run run, long at, Access access) {
        if (!run.range().contains(at)) {
            return DmaPin.Result.UNMAPPED;
        }
        Access granted = run.mapping().access();
        if (access.readable() && !granted.readable() || access.writable() && !granted.writable()) {
            return DmaPin.Result.DENIED;
        }
        return run.mapping().pin() ? DmaPin.Result.PINNED : DmaPin.Result.UNMAPPED;
    }

    private int floor(long iova) {
        return floor(starts, starts.length, iova);
    }

    /** The index of the last start that is not above the address, or -1. */
    private static int floor(long[] starts, int count, long iova) {
        int low = 0;
        int high = count - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            if (Long.compareUnsigned(starts[middle], iova) <= 0) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return high;
    }

    /** {@code 3 mappings}. */
    @Override
    public String toString() {
        return size == 1 ? "1 mapping" : size + " mappings";
    }
}
