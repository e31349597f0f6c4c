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
    private final Runs runs;

    /** Those of {@link #runs} if it has one block only, which is one step less to a run; null otherwise. */
    private final long @Nullable [] soleStarts;

    private final Run @Nullable [] soleRuns;
    private final int size;
    private final List<IovaRange> usable;
    private final History history;
    private final InstantSource clock;

    private DmaMappings(Runs runs, int size, List<IovaRange> usable, History history, InstantSource clock) {
        this.runs = runs;
        this.soleStarts = runs.soleStarts();
        this.soleRuns = runs.soleRuns();
        this.size = size;
        this.usable = usable;
        this.history = history;
        this.clock = clock;
    }

    /** A map with nothing in it. */
    DmaMappings(List<IovaRange> usable, History history, InstantSource clock) {
        this(Runs.NONE, 0, usable, history, clock);
    }

    /** How many mappings there are. */
    public int size() {
        return size;
    }

    /** The mapping under an address, or null. Allocates nothing. */
    public @Nullable DmaMapping find(long iova) {
        Run run = floor(iova);
        return run != null && run.range().contains(iova) ? run.mapping() : null;
    }

    /** Calls {@code action} with each mapping once, in ascending order of the first address. */
    public void forEach(Consumer<? super DmaMapping> action) {
        for (long at = runs.first(); at != Runs.NOWHERE; at = runs.next(at)) {
            Run run = runs.at(at);
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
        for (Run run = floor(iova); ; run = floor(at)) {
            pin.ensureRoom();
            DmaPin.Result result = run == null ? DmaPin.Result.UNMAPPED : hold(run, at, access);
            if (run == null || result != DmaPin.Result.PINNED) {
                pin.fail(at);
                return result;
            }
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
        long at = runs.floor(iova);
        Run run = runs.orNull(at);
        if (run != null && run.range().contains(iova)) {
            RegisteredMapping mapping = run.mapping();
            long offset = run.offset() + (iova - run.range().start());
            return new IovaExplanation.Mapped(iova, mapping, offset, mapping.since(), mapping.origin());
        }
        IovaExplanation.Ended ended = history.find(iova, clock.instant());
        if (ended != null) {
            return ended;
        }
        if (usable.stream().noneMatch(range -> range.contains(iova))) {
            return new IovaExplanation.OutsideUsable(iova, usable);
        }
        Run next = runs.orNull(runs.next(at));
        DmaMapping below = run == null ? null : run.mapping();
        DmaMapping above = next == null ? null : next.mapping();
        return new IovaExplanation.NeverMapped(iova, below, above);
    }

    /** The same with one mapping more. None of its runs may overlap what is here. */
    DmaMappings with(RegisteredMapping mapping) {
        Runs all = runs;
        for (Run run : mapping.runs()) {
            all = all.with(run);
        }
        return new DmaMappings(all, size + 1, usable, history, clock);
    }

    /** The same without a mapping that is here. */
    DmaMappings without(RegisteredMapping mapping) {
        Runs rest = runs;
        for (Run run : mapping.runs()) {
            rest = rest.without(run);
        }
        return new DmaMappings(rest, size - 1, usable, history, clock);
    }

    /** The same with other usable ranges. */
    DmaMappings withUsable(List<IovaRange> ranges) {
        return new DmaMappings(runs, size, ranges, history, clock);
    }

    /** A run that shares an address with this range, or null. */
    @Nullable Run overlap(IovaRange range) {
        Run run = floor(range.last());
        return run != null && run.range().overlaps(range) ? run : null;
    }

    /** The last run that does not start above an address, or null. */
    private @Nullable Run floor(long iova) {
        long[] starts = soleStarts;
        Run[] sole = soleRuns;
        if (starts == null || sole == null) {
            return runs.orNull(runs.floor(iova));
        }
        int at = Runs.floor(starts, iova);
        return at < 0 ? null : sole[at];
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

    /** {@code 3 mappings}. */
    @Override
    public String toString() {
        return size == 1 ? "1 mapping" : size + " mappings";
    }
}
