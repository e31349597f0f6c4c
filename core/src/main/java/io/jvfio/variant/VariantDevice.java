// SPDX-License-Identifier: Apache-2.0
package io.jvfio.variant;

import io.jvfio.Closing;
import io.jvfio.carrier.Abilities;
import io.jvfio.carrier.ForwardingDevice;
import io.jvfio.carrier.OpenMappings;
import io.jvfio.device.DeviceInfo;
import io.jvfio.device.HotReset;
import io.jvfio.device.InfoCapability;
import io.jvfio.device.NearestNode;
import io.jvfio.device.Quiesce;
import io.jvfio.device.Reattachable;
import io.jvfio.device.RegionFile;
import io.jvfio.device.RegionInfo;
import io.jvfio.device.RegionMapping;
import io.jvfio.device.SlowRegions;
import io.jvfio.device.Storeys;
import io.jvfio.device.VfioDevice;
import io.jvfio.device.VfioPci;
import io.jvfio.interrupt.Notices;
import io.jvfio.mmio.RegisterPort;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The base of a vendor's code on top of a device, and of a platform's: the counterpart of the kernel's
 * {@code vfio_pci_core_device}. It forwards everything to the device below, has a table of added regions, and lets a
 * subclass override any operation; one that overrides reads or writes of config space overrides
 * {@link #modifyRegister} too.
 *
 * <p>Abilities of the device below do not pass by unasked. {@link Reattachable}, {@link Notices} and every
 * {@link PlatformApi} do; {@link HotReset} and {@link Quiesce} are this device's own around those below; what else the
 * subclass answers for it {@link #ability names}. The kernel's descriptor and types that nobody here knows stop.
 *
 * <p>Threads: thread-safe, as subclasses have to be.
 */
public abstract class VariantDevice extends ForwardingDevice {
    /** What is not this storey's, and is told of the device below. */
    private static final Set<Class<?>> PASSED_ALWAYS =
            Set.of(Reattachable.class, Notices.class, Storeys.class, FunctionFacts.class, NearestNode.class);

    private static final System.Logger LOG = System.getLogger("io.jvfio");

    private final List<InfoCapability> capabilities;

    /** What the device below said of itself at first. */
    private final DeviceInfo known;

    /** What this one made of that. */
    private final DeviceInfo info;

    private final String name;
    private final @Nullable StoreyContext context;
    private final AddedRegions regions;
    private final @Nullable Traps traps;
    private final ShownConfig config;
    private final OpenMappings mappings = new OpenMappings();
    private final Abilities own;
    private final Set<Class<?>> passed;
    private volatile boolean closed;

    /**
     * A storey on a device, for which no provider is needed.
     *
     * @param below the device; closed with this one
     * @param additions what this one adds to it
     */
    protected VariantDevice(VfioDevice below, Additions additions) {
        this(below, null, additions);
    }

    /**
     * A storey that a provider makes.
     *
     * @param below the device; closed with this one, but not if this constructor throws
     * @param context what the provider was given; ends with this one
     * @param additions what this one adds to it
     * @throws IllegalArgumentException if traps or overlay do not fit the device
     */
    protected VariantDevice(VfioDevice below, @Nullable VariantContext context, Additions additions) {
        super(below);
        this.known = below.info();
        this.name = below.toString();
        this.context = switch (context) {
            case null -> null;
            case StoreyContext given -> given;
        };
        this.regions = new AddedRegions(name, known.regionCount(), additions.regions());
        this.traps = additions.traps().isEmpty() ? null : new Traps(below, additions.traps());
        this.config = new ShownConfig(below, additions.overlay(), new ResetByWrite());
        this.passed = additions.passed();
        this.capabilities = additions.capabilities();
        this.info = shown(known, additions.regions().size(), capabilities);
        this.own = abilities(below, additions.abilities());
        below.ability(Notices.class).ifPresent(notices -> notices.tell(new Told()));
    }

    /** Whether it ends the context that its provider was given. */
    boolean isSeatedIn(StoreyContext given) {
        return context == given;
    }

    private Abilities abilities(VfioDevice below, Abilities subclass) {
        AddedRegions added = regions;
        SlowRegions lower = below.ability(SlowRegions.class).orElse(SlowRegions.NONE);
        Abilities all = subclass.with(Quiesce.class, new Rest())
                .with(SlowRegions.class, index -> added.has(index) ? added.slow(index) : lower.slow(index));
        Optional<HotReset> hotReset = below.ability(HotReset.class);
        if (hotReset.isPresent()) {
            all = all.with(HotReset.class, new HotResetStorey(hotReset.get(), new HotlyReset()));
        }
        return context == null ? all : all.with(Storeys.class, Storeys.of(below).with(context.id()));
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

    /**
     * The device has its power-on state again: what this storey knows of it is void. Must not wait for the device. The
     * storeys below have been told; what it throws is logged.
     */
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

    /** What the device below says of itself now, and what this one adds. */
    @Override
    public DeviceInfo info() {
        DeviceInfo lower = super.info();
        return lower.equals(known) ? info : shown(lower, info.regionCount() - known.regionCount(), capabilities);
    }

    private static DeviceInfo shown(DeviceInfo lower, int regions, List<InfoCapability> capabilities) {
        return regions == 0 && capabilities.isEmpty()
                ? lower
                : new DeviceInfo(
                        capabilities.isEmpty() ? lower.flags() : lower.flags() | VfioPci.VFIO_DEVICE_FLAGS_CAPS,
                        lower.regionCount() + regions,
                        lower.irqCount(),
                        Stream.concat(lower.capabilities().stream(), capabilities.stream())
                                .toList(),
                        lower.reach());
    }

    @Override
    public RegionInfo region(int index) {
        if (regions.has(index)) {
            return regions.info(index);
        }
        RegionInfo cut = traps == null ? null : traps.info(index);
        return cut == null ? super.region(index) : cut;
    }

    private void checkOpen() {
        if (closed) {
            throw new IllegalStateException(this + " is closed");
        }
    }

    @Override
    public long readRegister(int region, long offset, int width) {
        if (regions.has(region)) {
            checkOpen();
            return regions.read(region, offset, width);
        }
        RegisterPort mine = mine(region, offset, width, false);
        return mine == null
                ? super.readRegister(region, offset, width)
                : RegisterPort.zeroExtended(mine.read(offset, width), width);
    }

    @Override
    public void writeRegister(int region, long offset, int width, long value) {
        if (regions.has(region)) {
            checkOpen();
            regions.write(region, offset, width, value);
            return;
        }
        if (info.isConfigSpace(region)) {
            checkOpen();
            config.write(offset, width, value);
            return;
        }
        RegisterPort mine = mine(region, offset, width, true);
        if (mine == null) {
            super.writeRegister(region, offset, width, value);
        } else {
            mine.write(offset, width, RegisterPort.zeroExtended(value, width));
        }
    }

    @Override
    public long modifyRegister(int region, long offset, int width, long mask, long value) {
        if (!info.isConfigSpace(region)) {
            return super.modifyRegister(region, offset, width, mask, value);
        }
        checkOpen();
        return config.modify(offset, width, mask, value);
    }

    /** Who takes an access in place of the device below; null if that does. */
    private @Nullable RegisterPort mine(int region, long offset, int width, boolean writes) {
        if (config.overlaid() && info.isConfigSpace(region)) {
            checkOpen();
            return config;
        }
        Trap trap = traps == null ? null : traps.at(region, offset);
        if (trap == null) {
            return null;
        }
        checkOpen();
        Objects.requireNonNull(traps).check(region, offset, width, writes, name);
        return trap.registers();
    }

    private void reset(ResetCause cause) {
        config.wasReset();
        if (context != null) {
            told(context::wasReset);
        }
        told(() -> wasReset(cause));
    }

    /** What follows a reset that has been done: who fails in it keeps nobody else from being told. */
    private void told(Runnable step) {
        try {
            step.run();
        } catch (RuntimeException | LinkageError e) {
            LOG.log(System.Logger.Level.WARNING, this + ": a storey failed after a reset", e);
            super.ability(Notices.class).ifPresent(notices -> notices.failed(e, false));
        }
    }

    @Override
    public int read(int region, long offset, MemorySegment target) {
        if (regions.has(region)) {
            checkOpen();
            return regions.read(region, offset, target);
        }
        if (config.overlaid() && info.isConfigSpace(region)) {
            checkOpen();
            int room = super.region(region).room(offset, target);
            return RegisterBytes.read(config, offset, target.asSlice(0, room));
        }
        if (traps == null || traps.info(region) == null) {
            return super.read(region, offset, target);
        }
        checkOpen();
        int room = super.region(region).room(offset, target);
        return traps.move(
                region,
                offset,
                target.asSlice(0, room),
                (at, part) -> super.read(region, at, part),
                (trap, at, part) -> {
                    traps.allow(region, false, name);
                    return RegisterBytes.read(trap.registers(), at, part);
                });
    }

    @Override
    public int write(int region, long offset, MemorySegment source) {
        if (regions.has(region)) {
            checkOpen();
            return regions.write(region, offset, source);
        }
        if (info.isConfigSpace(region)) {
            // By registers, so that resets are seen whatever the width.
            checkOpen();
            int room = super.region(region).room(offset, source);
            return RegisterBytes.write(config, offset, source.asSlice(0, room));
        }
        if (traps == null || traps.info(region) == null) {
            return super.write(region, offset, source);
        }
        checkOpen();
        int room = super.region(region).room(offset, source);
        return traps.move(
                region,
                offset,
                source.asSlice(0, room),
                (at, part) -> super.write(region, at, part),
                (trap, at, part) -> {
                    traps.allow(region, true, name);
                    return RegisterBytes.write(trap.registers(), at, part);
                });
    }

    @Override
    public Optional<RegionMapping> map(int region, long offset, long length) {
        if (!regions.has(region)) {
            return traps != null && traps.blocks(region, offset, length)
                    ? Optional.empty()
                    : super.map(region, offset, length);
        }
        checkOpen();
        return regions.map(region, offset, length).map(made -> mappings.add(made, this::checkOpen));
    }

    @Override
    public Optional<RegionFile> file(int region) {
        if (regions.has(region)) {
            checkOpen();
            return regions.file(region);
        }
        Optional<RegionFile> file = super.file(region);
        return traps == null ? file : file.flatMap(found -> traps.file(region, found));
    }

    @Override
    public void reset() {
        super.reset();
        reset(ResetCause.FUNCTION);
    }

    /** This storey's own first, then those below that may pass. */
    @Override
    public final <T> Optional<T> ability(Class<T> type) {
        Optional<T> found = own.find(type);
        boolean passes =
                PASSED_ALWAYS.contains(type) || PlatformApi.class.isAssignableFrom(type) || passed.contains(type);
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
        regions.releaseAll(steps);
        if (context != null) {
            steps.attempt(context::close);
        }
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
            Duration own = quiesceLimit();
            steps.attempt(() -> VariantDevice.this.quiesce(limit.compareTo(own) < 0 ? limit : own));
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

    /** What follows a reset that a write to config space asked for. */
    private final class ResetByWrite implements Consumer<ResetCause> {
        @Override
        public void accept(ResetCause cause) {
            reset(cause);
        }
    }

    /** What follows a hot reset. */
    private final class HotlyReset implements Runnable {
        @Override
        public void run() {
            reset(ResetCause.HOT);
        }
    }
}
