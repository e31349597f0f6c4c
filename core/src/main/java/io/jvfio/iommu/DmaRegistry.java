// SPDX-License-Identifier: Apache-2.0
package io.jvfio.iommu;

import io.jvfio.Closing;
import io.jvfio.Errno;
import io.jvfio.Hex;
import io.jvfio.VfioException;
import io.jvfio.internal.event.MapEvent;
import io.jvfio.internal.event.MappingFacts;
import io.jvfio.internal.event.UnmapEvent;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;

/**
 * The maps of one address space, for carriers that build one: chooses IOVAs, tells the carrier, publishes snapshots,
 * and replays everything to whoever joins.
 *
 * <p>IOVA 0 is given out only to a request that fixes it: as a chosen address it would hide the register that was never
 * written.
 *
 * <p>Threads: thread-safe. {@link #mappings} takes no lock; maps and unmaps of different ranges run at the same time in
 * the carrier. A join or a change of limits waits for the maps and unmaps under way, and they wait for it.
 */
public final class DmaRegistry {

    /**
     * How a registry behaves.
     *
     * @param subject what errors call the address space
     * @param unmapTimeout how long an unmap waits for transfers of device models
     * @param history how many ended mappings are remembered to explain faults, 0 or more
     * @param stacks whether the stack of each map call is kept to explain faults
     * @param clock what time it is, for explanations
     */
    public record Settings(String subject, Duration unmapTimeout, int history, boolean stacks, InstantSource clock) {

        /** Checks the numbers. */
        public Settings {
            Objects.requireNonNull(subject, "subject");
            Objects.requireNonNull(clock, "clock");
            if (unmapTimeout.isNegative() || history < 0) {
                throw new IllegalArgumentException(
                        "negative time-out " + unmapTimeout + " or history of " + history + " mappings");
            }
        }

        /** One second, 1024 ended mappings, no stacks. */
        public static Settings defaults(String subject) {
            return new Settings(subject, Duration.ofSeconds(1), 1024, false, InstantSource.system());
        }

        /** The same with another time-out of unmaps. */
        public Settings withUnmapTimeout(Duration limit) {
            return new Settings(subject, limit, history, stacks, clock);
        }

        /** The same with another length of the history. */
        public Settings withHistory(int mappings) {
            return new Settings(subject, unmapTimeout, mappings, stacks, clock);
        }

        /** The same with or without the stack of each map call. */
        public Settings withStacks(boolean keep) {
            return new Settings(subject, unmapTimeout, history, keep, clock);
        }

        /** The same with another clock. */
        public Settings withClock(InstantSource source) {
            return new Settings(subject, unmapTimeout, history, stacks, source);
        }
    }

    private final Settings settings;
    private final MapTable table;

    /** Finds the addresses where there is no IOMMU; null where there is one. */
    private final @Nullable PhysicalDmaBackend physical;

    /** Read: a map or unmap is under way in the backends. Write: the backends or the limits change. */
    private final ReentrantReadWriteLock joins = new ReentrantReadWriteLock();

    /** Guarded by the joins lock, as is {@link #closed}. */
    private final List<DmaBackend> backends = new ArrayList<>(1);

    private boolean closed;

    private DmaRegistry(Settings settings, MapTable table, @Nullable PhysicalDmaBackend physical) {
        this.settings = settings;
        this.table = table;
        this.physical = physical;
    }

    /**
     * A registry behind an IOMMU, without a backend yet: maps are only recorded until the first {@link #attach}.
     *
     * @param usable where IOVAs may lie as far as is known now
     * @param pageSizes the IOMMU's page sizes as far as is known now, one bit for each
     */
    public static DmaRegistry of(Settings settings, List<IovaRange> usable, long pageSizes) {
        return new DmaRegistry(settings, table(settings, usable, pageSizes), null);
    }

    /**
     * A registry without an IOMMU: the backend finds the addresses, so that there must be one from the start. Fixed
     * addresses are refused.
     *
     * @param pageSize the CPU's page size in bytes
     */
    public static DmaRegistry physical(Settings settings, long pageSize, PhysicalDmaBackend backend) {
        Objects.requireNonNull(backend, "backend");
        return new DmaRegistry(settings, table(settings, List.of(IovaRange.ALL), pageSize), backend);
    }

    /**
     * Where IOVAs can be chosen before any device has told what its IOMMU takes, so that it will most likely take them:
     * 39 address bits, without the lowest MiB and without the places of the MSI windows of x86 and arm64. A device whose
     * IOMMU reserves more than that refuses to join, and says why.
     */
    public static List<IovaRange> usableBeforeJoin() {
        return List.of(
                new IovaRange(0x10_0000L, 0x7ff_ffffL),
                new IovaRange(0x810_0000L, 0xfedf_ffffL),
                new IovaRange(0x1_0000_0000L, 0x7f_ffff_ffffL));
    }

    /**
     * Adds a backend and replays every mapping to it, or fails with nothing left mapped there and nothing changed here.
     * A kernel container is one backend for all of its devices; of several peers each is one, and a map goes to all in
     * the order of their joining.
     *
     * @param usable where IOVAs may lie from now on
     * @param pageSizes the page sizes from now on, one bit for each
     * @throws IllegalStateException if a mapping lies outside {@code usable} or is not aligned to the granule, or if the
     *     registry is closed or has no IOMMU
     * @throws VfioException if the backend refuses a mapping
     */
    public void attach(DmaBackend backend, List<IovaRange> usable, long pageSizes) {
        if (physical != null) {
            throw new IllegalStateException(settings.subject() + " has no IOMMU");
        }
        joins.writeLock().lock();
        try {
            checkOpen();
            if (backends.contains(backend)) {
                throw new IllegalStateException("this backend has joined " + settings.subject() + " already");
            }
            List<IovaRange> oldUsable = table.usable();
            long oldSizes = table.pageSizes();
            table.limit(usable, pageSizes);
            List<RegisteredMapping> mappings = table.registrations();
            try {
                replay(backend, mappings);
            } catch (RuntimeException e) {
                table.limit(oldUsable, oldSizes);
                throw e;
            }
            backends.add(backend);
            mappings.forEach(mapping -> mapping.backends().add(backend));
        } finally {
            joins.writeLock().unlock();
        }
    }

    /**
     * Forgets a backend whose maps are gone already, as those of a container that its last group has left; it is not
     * called. All mappings are kept for a later replay.
     */
    public void detach(DmaBackend backend) {
        joins.writeLock().lock();
        try {
            backends.remove(backend);
            table.registrations().forEach(mapping -> mapping.backends().remove(backend));
        } finally {
            joins.writeLock().unlock();
        }
    }

    /**
     * Changes where IOVAs may lie, when another device has joined or left behind the same backend.
     *
     * @param usable where IOVAs may lie from now on
     * @param pageSizes the page sizes from now on, one bit for each
     * @throws IllegalStateException if a mapping lies outside {@code usable} or is not aligned to the granule; nothing
     *     is changed
     */
    public void limit(List<IovaRange> usable, long pageSizes) {
        joins.writeLock().lock();
        try {
            table.limit(usable, pageSizes);
        } finally {
            joins.writeLock().unlock();
        }
    }

    /** Where IOVAs may lie now, in ascending order. */
    public List<IovaRange> usable() {
        return table.usable();
    }

    /** The page sizes now, one bit for each. */
    public long pageSizes() {
        return table.pageSizes();
    }

    /** Whether there is an IOMMU: {@link AddressSpace#translated}. */
    public boolean translated() {
        return physical == null;
    }

    /** The current snapshot: {@link AddressSpace#mappings}. */
    public DmaMappings mappings() {
        return table.snapshot();
    }

    /**
     * Maps: {@link AddressSpace#map}. Blocks as long as the backends do.
     *
     * @throws IllegalArgumentException if address, length or rights of the source or the request do not fit
     * @throws IovaExhaustedException if there is no room, or the fixed address is not usable
     * @throws VfioException if a backend refuses, or EEXIST if the fixed range is taken; nothing is left mapped
     * @throws IllegalStateException if the registry is closed
     */
    public DmaMapping map(DmaSource source, MapRequest request) {
        MapEvent event = MapEvent.start();
        RegisteredMapping mapping;
        joins.readLock().lock();
        try {
            checkOpen();
            MapChecks.source(source, request.access(), table.granule());
            mapping = physical == null ? mapChosen(source, request) : mapFound(physical, source, request);
        } finally {
            joins.readLock().unlock();
        }
        if (event != null) {
            event.commit(settings.subject(), facts(mapping), MapChecks.largestPage(table.pageSizes(), mapping));
        }
        return mapping;
    }

    /**
     * Ends every mapping, all of them even if one fails, and takes no more. Idempotent; called again, it tries again
     * with those that could not be ended.
     *
     * @throws VfioException if a mapping cannot be ended; its memory must not be reused
     */
    public void close() {
        joins.writeLock().lock();
        try {
            closed = true;
        } finally {
            joins.writeLock().unlock();
        }
        Closing steps = new Closing();
        table.registrations().reversed().forEach(mapping -> steps.attempt(mapping::close));
        steps.throwFirst();
    }

    /** Ends a mapping; called by one thread at a time for each. */
    void end(RegisteredMapping mapping) {
        UnmapEvent event = UnmapEvent.start();
        boolean ended = false;
        mapping.refusePins();
        table.hide(mapping);
        try {
            if (!mapping.awaitUnpinned(settings.unmapTimeout())) {
                throw new VfioException(
                        "DMA unmap",
                        Errno.EBUSY,
                        mapping + " in " + settings.subject(),
                        mapping.pinned() + " transfers still use it after "
                                + settings.unmapTimeout().toMillis() + " ms: stop the device, then close again");
            }
            unmap(mapping);
            ended = true;
        } finally {
            if (!ended) {
                mapping.allowPins();
                table.show(mapping);
            }
            if (event != null) {
                event.commit(settings.subject(), facts(mapping), ended);
            }
        }
    }

    private void unmap(RegisteredMapping mapping) {
        joins.readLock().lock();
        try {
            if (physical == null) {
                Closing steps = new Closing();
                for (DmaBackend backend : List.copyOf(mapping.backends()).reversed()) {
                    steps.attempt(() -> {
                        backend.unmap(mapping.iova(), mapping.length());
                        mapping.backends().remove(backend);
                    });
                }
                steps.throwFirst();
            } else {
                physical.unmap(mapping.source(), mapping.ranges());
            }
            // Before a join can see it: a replay would map it again, and nobody would ever unmap that.
            table.remove(mapping);
        } finally {
            joins.readLock().unlock();
        }
    }

    private RegisteredMapping mapChosen(DmaSource source, MapRequest request) {
        RegisteredMapping mapping = registration(source, request, List.of(table.choose(source, request)));
        try {
            for (DmaBackend backend : backends) {
                backend.map(mapping.iova(), source, request.access());
                mapping.backends().add(backend);
            }
        } catch (RuntimeException e) {
            throw undone(mapping, e);
        }
        table.add(mapping);
        return mapping;
    }

    /** Takes back a map that only some of the backends have made, and returns what to throw. */
    private RuntimeException undone(RegisteredMapping mapping, RuntimeException e) {
        if (unmapAll(mapping.backends(), mapping, e)) {
            table.release(mapping.ranges());
            return e;
        }
        // The range is never given out again: what a device can still reach must not get a second meaning.
        return new StillMappedException("DMA map", mapping + " in " + settings.subject(), e);
    }

    private static boolean unmapAll(List<DmaBackend> backends, RegisteredMapping mapping, RuntimeException reason) {
        boolean all = true;
        for (DmaBackend backend : backends.reversed()) {
            try {
                backend.unmap(mapping.iova(), mapping.length());
            } catch (RuntimeException undo) {
                Closing.suppress(reason, undo);
                all = false;
            }
        }
        return all;
    }

    private RegisteredMapping mapFound(PhysicalDmaBackend backend, DmaSource source, MapRequest request) {
        if (request.fixed()) {
            throw new IllegalArgumentException("without an IOMMU memory is where it is: the fixed address "
                    + Hex.of(request.iova()) + " cannot be had in " + settings.subject());
        }
        List<IovaRange> found = backend.map(source, request.access());
        try {
            List<IovaRange> runs = MapChecks.found(found, source, request);
            table.reserve(runs);
            RegisteredMapping mapping = registration(source, request, runs);
            table.add(mapping);
            return mapping;
        } catch (RuntimeException e) {
            try {
                backend.unmap(source, found);
            } catch (RuntimeException undo) {
                Closing.suppress(e, undo);
                throw new StillMappedException("DMA map", found + " in " + settings.subject(), e);
            }
            throw e;
        }
    }

    private RegisteredMapping registration(DmaSource source, MapRequest request, List<IovaRange> ranges) {
        Throwable origin = settings.stacks() ? new Throwable("the mapping was made here") : null;
        return new RegisteredMapping(
                this, source, request, ranges, settings.clock().instant(), origin);
    }

    private static void replay(DmaBackend backend, List<RegisteredMapping> mappings) {
        int done = 0;
        try {
            for (RegisteredMapping mapping : mappings) {
                backend.map(mapping.iova(), mapping.source(), mapping.access());
                done++;
            }
        } catch (RuntimeException e) {
            for (RegisteredMapping mapping : mappings.subList(0, done).reversed()) {
                unmapAll(List.of(backend), mapping, e);
            }
            throw e;
        }
    }

    private static MapTable table(Settings settings, List<IovaRange> usable, long pageSizes) {
        return new MapTable(settings.subject(), settings.clock(), new History(settings.history()), usable, pageSizes);
    }

    private static MappingFacts facts(DmaMapping mapping) {
        return new MappingFacts(
                mapping.iova(), mapping.length(), mapping.access().name(), mapping.label());
    }

    private void checkOpen() {
        if (closed) {
            throw new IllegalStateException(settings.subject() + " is closed");
        }
    }
}
