// SPDX-License-Identifier: Apache-2.0
package io.jvfio.variant;

import io.jvfio.Closing;
import io.jvfio.Errno;
import io.jvfio.PciAddress;
import io.jvfio.VfioException;
import io.jvfio.carrier.Abilities;
import io.jvfio.carrier.ForwardingDevice;
import io.jvfio.carrier.OpenMappings;
import io.jvfio.device.DeviceInfo;
import io.jvfio.device.HotReset;
import io.jvfio.device.HotResetFunction;
import io.jvfio.device.Quiesce;
import io.jvfio.device.Reattachable;
import io.jvfio.device.RegionFile;
import io.jvfio.device.RegionInfo;
import io.jvfio.device.RegionMapping;
import io.jvfio.device.VfioDevice;
import io.jvfio.interrupt.Notices;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * The base of a vendor's code on top of a device, and of a platform's: the counterpart of the kernel's
 * {@code vfio_pci_core_device}. It forwards everything to the device below, has a table of added regions, and lets a
 * subclass override any operation; one that overrides reads or writes of config space overrides
 * {@link #modifyRegister} too.
 *
 * <p>Abilities of the device below do not pass by unasked. {@link Reattachable} and {@link Notices} do; {@link
 * HotReset} and {@link Quiesce} are this device's own around those below; what else the subclass answers for it {@link
 * #ability names}. The kernel's descriptor and types that nobody here knows stop.
 *
 * <p>Threads: thread-safe, as subclasses have to be.
 */
public abstract class VariantDevice extends ForwardingDevice {
    /** What can be mapped starts at a multiple of this, on some machines of more, which its region knows. */
    private static final long PAGE = 4096;

    private final DeviceInfo info;
    private final int countBelow;
    private final List<AddedRegion> added;
    private final List<RegionInfo> addedInfos;
    private final OpenMappings mappings = new OpenMappings();
    private final Abilities own;
    private final Set<Class<?>> passed;
    private volatile boolean closed;

    /** Why a device has its power-on state again. */
    public enum ResetCause {
        /** The function was reset. */
        FUNCTION,
        /** Its slot or bus was. */
        HOT
    }

    /**
     * What a storey adds to the device below.
     *
     * @param regions the regions that it adds; their indexes follow those below
     * @param abilities what it can do, besides {@link Quiesce} and {@link HotReset}
     * @param passed types of abilities of the device below that may be had past this one
     */
    protected record Additions(List<AddedRegion> regions, Abilities abilities, Set<Class<?>> passed) {
        /** Copies the collections. */
        public Additions {
            regions = List.copyOf(regions);
            passed = Set.copyOf(passed);
        }

        /** Nothing. */
        public static Additions none() {
            return new Additions(List.of(), Abilities.none(), Set.of());
        }

        /** The same with these regions. */
        public Additions withRegions(List<AddedRegion> added) {
            return new Additions(added, abilities, passed);
        }

        /** The same with one ability more. */
        public <T> Additions withAbility(Class<T> type, T ability) {
            return new Additions(regions, abilities.with(type, ability), passed);
        }

        /** The same with these abilities from below. */
        public Additions withPassed(Set<Class<?>> types) {
            return new Additions(regions, abilities, types);
        }
    }

    /**
     * A storey on a device.
     *
     * @param below the device; closed with this one
     * @param additions what this one adds to it
     */
    protected VariantDevice(VfioDevice below, Additions additions) {
        super(below);
        DeviceInfo known = below.info();
        this.countBelow = known.regionCount();
        this.added = additions.regions();
        this.addedInfos = IntStream.range(0, added.size())
                .mapToObj(i -> added.get(i).info(countBelow + i))
                .toList();
        this.passed = additions.passed();
        this.info = added.isEmpty()
                ? known
                : new DeviceInfo(
                        known.flags(),
                        countBelow + added.size(),
                        known.irqCount(),
                        known.capabilities(),
                        known.reach());
        Abilities abilities = additions.abilities().with(Quiesce.class, new Rest());
        this.own = below.ability(HotReset.class)
                .map(reset -> abilities.with(HotReset.class, new Storey(reset)))
                .orElse(abilities);
        below.ability(Notices.class).ifPresent(notices -> notices.tell(new Told()));
    }

    /**
     * Brings to rest what this storey has going in the device; see {@link Quiesce}. Those below are asked after it.
     *
     * @param limit how long it may take
     */
    protected void quiesce(Duration limit) {}

    /** How long {@link #quiesce} may need, at most a minute. */
    protected Duration quiesceLimit() {
        return Quiesce.USUAL_LIMIT;
    }

    /** The device has its power-on state again: what this storey knows of it is void. Must not wait for the device. */
    protected void wasReset(ResetCause cause) {}

    /**
     * The device has an uncorrectable error. Storeys below know of it; those above, and the driver, are told when this
     * returns, from the one thread on which the device's notices are told. It comes as soon as the constructor of this
     * class has run, be the subclass ready or not, and not after {@link #close}; what it throws is logged.
     */
    protected void errorReported() {}

    /**
     * The device has to be let go: whoever drives it is told next, and closes it. Called once, as {@link
     * #errorReported} is. A driver's deadline counts from before this call.
     */
    protected void removalRequested() {}

    /** Frees what this storey holds. The device below is still open, but must not be relied on. Called once. */
    protected void release() {}

    @Override
    public DeviceInfo info() {
        return info;
    }

    @Override
    public RegionInfo region(int index) {
        return isAdded(index) ? addedInfos.get(index - countBelow) : super.region(index);
    }

    /** The added region with an index of this device, checked for an access. */
    private RegionOps checked(int index, String call, boolean permitted) {
        checkOpen();
        if (!permitted) {
            throw new VfioException(
                    call, Errno.EINVAL, "region " + index + " of " + this, "the region does not allow this");
        }
        return added.get(index - countBelow).ops();
    }

    private boolean isAdded(int index) {
        return index >= countBelow && index < countBelow + added.size();
    }

    private void checkOpen() {
        if (closed) {
            throw new IllegalStateException(this + " is closed");
        }
    }

    @Override
    public long readRegister(int region, long offset, int width) {
        if (!isAdded(region)) {
            return super.readRegister(region, offset, width);
        }
        RegionInfo target = region(region);
        target.checkRegister(offset, width, false, toString());
        return checked(region, "read", target.readable()).read(offset, width);
    }

    @Override
    public void writeRegister(int region, long offset, int width, long value) {
        if (isAdded(region)) {
            RegionInfo target = region(region);
            target.checkRegister(offset, width, false, toString());
            checked(region, "write", target.writable()).write(offset, width, value);
        } else {
            super.writeRegister(region, offset, width, value);
        }
    }

    @Override
    public int read(int region, long offset, MemorySegment target) {
        if (!isAdded(region)) {
            return super.read(region, offset, target);
        }
        RegionInfo from = region(region);
        int room = from.room(offset, target);
        return checked(region, "read", from.readable()).read(offset, target.asSlice(0, room));
    }

    @Override
    public int write(int region, long offset, MemorySegment source) {
        if (!isAdded(region)) {
            return super.write(region, offset, source);
        }
        RegionInfo to = region(region);
        int room = to.room(offset, source);
        return checked(region, "write", to.writable()).write(offset, source.asSlice(0, room));
    }

    @Override
    public Optional<RegionMapping> map(int region, long offset, long length) {
        if (!isAdded(region)) {
            return super.map(region, offset, length);
        }
        boolean mappable = region(region).checkMap(offset, length, PAGE);
        checkOpen();
        return mappable
                ? added.get(region - countBelow)
                        .ops()
                        .map(offset, length)
                        .map(made -> mappings.add(made, this::checkOpen))
                : Optional.empty();
    }

    @Override
    public Optional<RegionFile> file(int region) {
        return isAdded(region) ? added.get(region - countBelow).ops().file() : super.file(region);
    }

    @Override
    public void reset() {
        super.reset();
        wasReset(ResetCause.FUNCTION);
    }

    /** This storey's own first, then those below that may pass. */
    @Override
    public final <T> Optional<T> ability(Class<T> type) {
        Optional<T> found = own.find(type);
        boolean passes = type == Reattachable.class || type == Notices.class || passed.contains(type);
        return found.isPresent() || !passes ? found : below().ability(type);
    }

    @Override
    public void close() {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
        }
        Closing steps = new Closing();
        mappings.closeAll(steps);
        steps.attempt(this::release);
        added.forEach(region -> steps.attempt(region.ops()::release));
        steps.attempt(super::close);
        steps.throwFirst();
    }

    /** This storey's rest, and then that of those below. */
    private final class Rest implements Quiesce {
        @Override
        public Duration limit() {
            Duration lower = below().ability(Quiesce.class).map(Quiesce::limit).orElse(Duration.ZERO);
            return quiesceLimit().plus(lower);
        }

        @Override
        public void quiesce(Duration limit) {
            checkOpen();
            long start = System.nanoTime();
            Closing steps = new Closing();
            steps.attempt(() -> VariantDevice.this.quiesce(limit));
            below().ability(Quiesce.class).ifPresent(lower -> {
                Duration left = limit.minusNanos(System.nanoTime() - start);
                steps.attempt(() -> lower.quiesce(left.isNegative() ? Duration.ZERO : left));
            });
            steps.throwFirst();
        }
    }

    /** What is told to this storey. */
    private final class Told implements Notices.Listener {
        @Override
        public void errorReported() {
            if (!closed) {
                VariantDevice.this.errorReported();
            }
        }

        @Override
        public void removalRequested() {
            if (!closed) {
                VariantDevice.this.removalRequested();
            }
        }
    }

    /** The hot reset as this storey takes part in it; it is done below. */
    private final class Storey implements HotReset {
        private final HotReset lower;

        Storey(HotReset lower) {
            this.lower = lower;
        }

        @Override
        public Optional<PciAddress> self() {
            return lower.self();
        }

        @Override
        public HotReset carrier() {
            return lower.carrier();
        }

        @Override
        public List<HotResetFunction> functions() {
            return lower.functions();
        }

        @Override
        public int group() {
            return lower.group();
        }

        @Override
        public void before() {
            lower.before();
        }

        @Override
        public void after(boolean done) {
            lower.after(done);
            if (done) {
                wasReset(ResetCause.HOT);
            }
        }

        @Override
        public void reset(Collection<? extends HotReset> others) {
            carrier().reset(others.stream().map(HotReset::carrier).toList());
        }
    }
}
