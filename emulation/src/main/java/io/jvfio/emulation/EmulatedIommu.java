// SPDX-License-Identifier: Apache-2.0
package io.jvfio.emulation;

import io.jvfio.Errno;
import io.jvfio.Hex;
import io.jvfio.VfioException;
import io.jvfio.carrier.CarrierContext;
import io.jvfio.carrier.RegistrySpace;
import io.jvfio.iommu.Access;
import io.jvfio.iommu.DmaBackend;
import io.jvfio.iommu.DmaRegistry;
import io.jvfio.iommu.DmaSource;
import io.jvfio.iommu.IovaRange;
import io.jvfio.iommu.Limits;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What models reach by DMA. It takes memory of this process, files, and memory behind a connection, and keeps the faults
 * of its devices, which can be asked for and listened to.
 *
 * <p>Threads: thread-safe.
 */
public final class EmulatedIommu extends RegistrySpace {

    /**
     * What an address space is like.
     *
     * @param usable where IOVAs may lie, ascending, apart
     * @param pageSizes one bit for each page size; the smallest is the granule of a map
     * @param mostMaps how many maps there may be at once, 1 or more
     * @param faultHistory how many faults are kept, the newest ones, 0 or more
     */
    public record Settings(List<IovaRange> usable, long pageSizes, int mostMaps, int faultHistory) {
        /** Checks the numbers. */
        public Settings {
            usable = List.copyOf(usable);
            if (usable.isEmpty() || pageSizes == 0 || mostMaps < 1 || faultHistory < 0) {
                throw new IllegalArgumentException("an address space of " + usable + " with page sizes "
                        + Hex.of(pageSizes) + ", " + mostMaps + " maps and " + faultHistory + " faults");
            }
        }

        /** All addresses of 48 bits but the MSI window of x86, pages of 4 KiB, 2 MiB and 1 GiB, 65535 maps. */
        public static Settings defaults() {
            return new Settings(
                    List.of(new IovaRange(0, 0xfedf_ffffL), new IovaRange(0xfef0_0000L, 0xffff_ffff_ffffL)),
                    1L << 12 | 1L << 21 | 1L << 30,
                    65_535,
                    1024);
        }

        /** The same with other usable ranges. */
        public Settings withUsable(List<IovaRange> ranges) {
            return new Settings(ranges, pageSizes, mostMaps, faultHistory);
        }

        /** The same with other page sizes. */
        public Settings withPageSizes(long bits) {
            return new Settings(usable, bits, mostMaps, faultHistory);
        }

        /** The same with another limit of maps. */
        public Settings withMostMaps(int maps) {
            return new Settings(usable, pageSizes, maps, faultHistory);
        }
    }

    private static final String NAME = "emulated IOMMU";

    private final Settings settings;
    private final @Nullable CarrierContext context;
    private final AtomicInteger maps = new AtomicInteger();

    /** What each device in it lets the space be. Guarded by this. */
    private final List<SpaceLimit> members = new ArrayList<>();

    /** Guarded by itself. */
    private final Deque<DmaFault> faults = new ArrayDeque<>();

    private final AtomicLong faultCount = new AtomicLong();
    private final List<Consumer<? super DmaFault>> listeners = new CopyOnWriteArrayList<>();

    private EmulatedIommu(@Nullable CarrierContext context, Settings settings) {
        super(DmaRegistry.of(DmaRegistry.Settings.defaults(NAME), settings.usable(), settings.pageSizes()));
        this.context = context;
        this.settings = settings;
        registry().attach(new Count(), settings.usable(), settings.pageSizes());
    }

    /** An empty space of a context, which takes the context's models. */
    static EmulatedIommu of(CarrierContext context, Settings settings) {
        return new EmulatedIommu(context, settings);
    }

    /** An empty space that takes models of any context. Owned by the caller, who closes it after them. */
    public static EmulatedIommu of(Settings settings) {
        return new EmulatedIommu(null, Objects.requireNonNull(settings, "settings"));
    }

    /** False: models are in this process, and see the memory as it does. */
    @Override
    public boolean keepsFiles() {
        return false;
    }

    /** Counts the maps. There is nobody else to be told: models look into the registry's snapshot. */
    private final class Count implements DmaBackend {
        @Override
        public void map(long iova, DmaSource source, Access access) {
            if (maps.incrementAndGet() > settings.mostMaps()) {
                maps.decrementAndGet();
                throw new VfioException(
                        "DMA map",
                        Errno.ENOSPC,
                        Hex.of(source.length()) + " bytes at " + Hex.of(iova),
                        "the " + NAME + " takes " + settings.mostMaps() + " maps");
            }
        }

        @Override
        public void unmap(long iova, long length) {
            maps.decrementAndGet();
        }
    }

    /**
     * A device comes in; until {@link #leave} the space cannot be closed.
     *
     * @param limit what the device lets the space be
     * @throws IllegalStateException if something is mapped elsewhere, or no address or page size would be left
     */
    @SuppressWarnings("ReferenceEquality") // two contexts are two, however alike
    synchronized void join(CarrierContext device, SpaceLimit limit) {
        if (context != null && context != device) {
            throw new IllegalArgumentException("this " + NAME + " belongs to another context");
        }
        SpaceLimit now = new SpaceLimit(usable(), registry().pageSizes());
        SpaceLimit left = now.and(limit);
        if (left.isEmpty()) {
            throw new IllegalStateException(
                    "this " + NAME + " has " + now + ", the device " + limit + ": there is nothing that both have");
        }
        entering();
        try {
            become(left);
        } catch (RuntimeException e) {
            left();
            throw e;
        }
        members.add(limit);
    }

    /** A device goes, and with it its limits. */
    synchronized void leave(SpaceLimit limit) {
        members.remove(limit);
        become(members.stream().reduce(new SpaceLimit(settings.usable(), settings.pageSizes()), SpaceLimit::and));
        left();
    }

    private void become(SpaceLimit now) {
        if (!now.ranges().equals(usable()) || now.pageSizes() != registry().pageSizes()) {
            registry().limit(now.ranges(), now.pageSizes());
        }
    }

    /** Keeps a fault and tells the listeners. */
    void report(DmaFault fault) {
        faultCount.incrementAndGet();
        synchronized (faults) {
            if (settings.faultHistory() > 0) {
                if (faults.size() == settings.faultHistory()) {
                    faults.removeFirst();
                }
                faults.addLast(fault);
            }
        }
        listeners.forEach(listener -> listener.accept(fault));
    }

    /** The newest faults of the devices in this space, the oldest of them first. */
    public List<DmaFault> faults() {
        synchronized (faults) {
            return List.copyOf(faults);
        }
    }

    /** How many faults there have been. */
    public long faultCount() {
        return faultCount.get();
    }

    /**
     * Calls back at every fault from now on, on the thread that found it.
     *
     * @param listener must not block
     */
    public void onFault(Consumer<? super DmaFault> listener) {
        listeners.add(Objects.requireNonNull(listener, "listener"));
    }

    @Override
    public Limits limits() {
        return new Limits(registry().pageSizes(), Math.max(0, settings.mostMaps() - maps.get()), -1, -1);
    }

    @Override
    public String description() {
        return NAME + " of device models in this process";
    }

    /** As {@link #description}. */
    @Override
    public String toString() {
        return description();
    }
}
