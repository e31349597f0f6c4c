// SPDX-License-Identifier: Apache-2.0
package io.jvfio.emulation;

import io.jvfio.Closing;
import io.jvfio.DeviceLocator;
import io.jvfio.Errno;
import io.jvfio.Hex;
import io.jvfio.VfioException;
import io.jvfio.carrier.Abilities;
import io.jvfio.carrier.CarrierContext;
import io.jvfio.carrier.IrqOwners;
import io.jvfio.carrier.OpenMappings;
import io.jvfio.device.DeviceFeature;
import io.jvfio.device.DeviceGoneException;
import io.jvfio.device.DeviceInfo;
import io.jvfio.device.IrqInfo;
import io.jvfio.device.IrqRequest;
import io.jvfio.device.PostedRegisters;
import io.jvfio.device.Reattachable;
import io.jvfio.device.RegionFile;
import io.jvfio.device.RegionInfo;
import io.jvfio.device.RegionMapping;
import io.jvfio.device.VfioDevice;
import io.jvfio.device.VfioPci;
import io.jvfio.internal.sys.HasCalls;
import io.jvfio.interrupt.Notices;
import io.jvfio.iommu.AddressSpace;
import io.jvfio.mmio.RegisterPort;
import io.jvfio.pci.config.PciRegisters;
import io.jvfio.variant.RegionOps;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntConsumer;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

/**
 * A device whose behaviour is a model in this process. To its users it is a device like any other; who has opened it by
 * {@link #open} can also step it, and make it vanish.
 *
 * <p>Threads: thread-safe. Register access takes no lock of the device's and allocates nothing.
 */
public final class EmulatedDevice implements VfioDevice {

    private enum State {
        OPEN,
        GONE,
        CLOSED
    }

    private final String name;
    private final long pageSize;
    private final ModelFunction function;
    private final ModelRegion[] regions;
    private final DeviceModel model;
    private final DeviceInfo info;
    private final AtomicReference<State> state = new AtomicReference<>(State.OPEN);
    private final ModelDefects defects;
    private final OpenMappings mappings = new OpenMappings();
    private final IrqOwners irqOwners;
    private final Abilities abilities;

    /** The space to close last, or null if somebody else owns it. Set before anybody else has the device. */
    private @Nullable EmulatedIommu privateSpace;

    EmulatedDevice(String name, CarrierContext context, ModelFunction function, DeviceModel model) {
        this.name = name;
        this.defects = new ModelDefects(name);
        this.pageSize = HasCalls.of(context).pageSize();
        this.function = function;
        this.irqOwners = new IrqOwners(context, name, function.interrupts()::set);
        this.info = function.info();
        this.regions = function.regions().toArray(new ModelRegion[0]);
        this.regions[VfioPci.VFIO_PCI_CONFIG_REGION_INDEX] = ModelRegion.config(function.config());
        this.abilities = Abilities.none()
                .with(
                        Reattachable.class,
                        new ModelAttachment(function.dma(), context, name, () -> checkAlive("attach")))
                .with(Notices.class, irqOwners.notices())
                .with(PostedRegisters.class, function.posted())
                .with(EmulatedDevice.class, this);
        WrapperSetup wrapper = function.wrapper();
        if (wrapper != null) {
            Arrays.setAll(regions, i -> wrapper.region(regions[i]));
        }
        FaultInjector plan = function.faults();
        this.model = plan == null ? model : faulty(plan, model);
        if (function.diagnostics() != null) {
            watch(function.diagnostics());
        }
        function.worker().start(this.model, this::modelFailed);
    }

    /** The driver is told why before it finds the device gone. */
    private void modelFailed(Throwable failure) {
        irqOwners.notices().failed(failure, true);
        remove();
    }

    /** Puts a fault plan between the device's users, its regions and its model. */
    private DeviceModel faulty(FaultInjector plan, DeviceModel whole) {
        WrapperSetup wrapper = function.wrapper();
        IntConsumer error = wrapper == null ? code -> function.interrupts().reportError() : wrapper.onError();
        plan.connect(this::remove, () -> function.interrupts().spurious(plan), error);
        for (int i = 0; i < PciRegisters.BAR_COUNT; i++) {
            ModelRegion bar = regions[i];
            if (bar.info().exists()) {
                RegionOps ops = new FaultyOps(bar.ops(), plan, () -> checkAlive("access"));
                regions[i] = new ModelRegion(bar.info(), ops, bar.gate());
            }
        }
        return new FaultyModel(whole, plan, function.interrupts(), function.worker());
    }

    /** Has register accesses told, as the device's users see them. */
    private void watch(ModelDiagnostics diagnostics) {
        for (int i = 0; i < PciRegisters.BAR_COUNT; i++) {
            if (function.regions().get(i).ops() instanceof BarOps parts) {
                watch(diagnostics, i, parts::isModels);
            }
        }
        watch(diagnostics, VfioPci.VFIO_PCI_CONFIG_REGION_INDEX, diagnostics.config()::isWatched);
        for (int i = VfioPci.VFIO_PCI_NUM_REGIONS; i < regions.length; i++) {
            RegionOps added = regions[i].ops();
            watch(diagnostics, i, offset -> added.mmapAreas().stream().noneMatch(area -> area.contains(offset, 1)));
        }
    }

    private void watch(ModelDiagnostics diagnostics, int index, LongPredicate registers) {
        ModelRegion region = regions[index];
        RegionOps ops = new WatchedOps(region.ops(), registers, index >= PciRegisters.BAR_COUNT, index, diagnostics);
        regions[index] = new ModelRegion(region.info(), ops, region.gate());
    }

    /**
     * What users of the device have so far asked of its registers in vain; it is kept over resets.
     *
     * @return empty unless the device was opened with diagnostics ({@link EmulationOptions#withDiagnostics}, or
     *     {@code ?diagnostics=on} in its locator)
     */
    public Optional<ModelReport> report() {
        ModelDiagnostics diagnostics = function.diagnostics();
        return diagnostics == null ? Optional.empty() : Optional.of(diagnostics.report());
    }

    /** The faults that have happened so far, in their order. */
    public List<FaultRecord> faultLog() {
        FaultInjector plan = function.faults();
        return plan == null ? List.of() : plan.log();
    }

    /** Listens to what the model tells; closes the device if that fails. */
    EmulatedDevice watched() {
        try {
            irqOwners.watch(this);
            return this;
        } catch (RuntimeException e) {
            throw Closing.after(e, this);
        }
    }

    /** Has the device close its space when it is closed itself. */
    EmulatedDevice owning(EmulatedIommu space) {
        privateSpace = space;
        return this;
    }

    /**
     * Opens a model by itself, for tests and for who controls its time.
     *
     * @param locator {@code model:NAME?key=value&...}, with or without {@code model:}
     * @param options how it runs
     * @return the device in a private address space, owned by the caller; {@code Vfio.pci} makes a PCI device of it
     * @throws IllegalArgumentException if there is no such model or option
     * @throws VfioException if there is no memory or file for it; nothing is left open
     */
    public static EmulatedDevice open(String locator, EmulationOptions options) {
        String prefix = ModelCarrier.SCHEME + ":";
        DeviceLocator parsed = DeviceLocator.parse(locator.startsWith(prefix) ? locator : prefix + locator);
        return new ModelCarrier().open(CarrierContext.of(), parsed, options, null);
    }

    /**
     * Opens a model of a provider that need not be registered: for the tests of a model.
     *
     * @param provider makes the model
     * @param query its options, {@code key=value&...}, may be empty
     * @param options how it runs
     * @return the device in a private address space, owned by the caller
     * @throws IllegalArgumentException if the options are malformed
     * @throws VfioException if there is no memory or file for it; nothing is left open
     */
    public static EmulatedDevice open(ModelProvider provider, String query, EmulationOptions options) {
        CarrierContext context = CarrierContext.of();
        return ModelCarrier.open(context, NamedModel.of(provider, query), options, null);
    }

    /**
     * Opens a model of a provider with a wrapper around it, neither of which need be registered: for the tests of a
     * wrapper.
     *
     * @param wrapper what is around the model
     * @param inside makes the model
     * @param query the options of both, {@code key=value&...} without {@code of}, may be empty
     * @param options how it runs
     * @return the device in a private address space, owned by the caller
     * @throws IllegalArgumentException if the options are malformed
     * @throws VfioException if there is no memory or file for it; nothing is left open
     */
    public static EmulatedDevice open(
            ModelWrapper wrapper, ModelProvider inside, String query, EmulationOptions options) {
        return ModelCarrier.open(CarrierContext.of(), NamedModel.of(wrapper, inside, query), options, null);
    }

    /**
     * Has the model do its work once, if there is any for it now.
     *
     * @return whether it did something
     * @throws IllegalStateException if the model runs on a worker
     */
    public boolean step() {
        if (!function.worker().isStepped()) {
            throw new IllegalStateException(name + " runs on its own worker");
        }
        return function.worker().step();
    }

    /**
     * Takes the device away at once, as when it is pulled out: from now on every access finds it gone, and it neither
     * moves memory nor interrupts. It still has to be closed.
     */
    public void remove() {
        if (state.compareAndSet(State.OPEN, State.GONE)) {
            function.dma().busMaster(false);
            function.interrupts().requestRemoval();
        }
    }

    /** Asks whoever uses the device to close it, as the kernel does before it unbinds a device. */
    public void requestRemoval() {
        function.interrupts().requestRemoval();
    }

    @Override
    public DeviceInfo info() {
        WrapperSetup wrapper = function.wrapper();
        return wrapper == null ? info : wrapper.info(info);
    }

    @Override
    public RegionInfo region(int index) {
        return regions[Objects.checkIndex(index, regions.length)].info();
    }

    @Override
    public IrqInfo irq(int index) {
        return function.interrupts().info(index);
    }

    @Override
    public long readRegister(int region, long offset, int width) {
        ModelRegion target = place(region, offset, width);
        checkAlive("read");
        checkDecoded(target, "read", offset);
        try {
            return RegisterPort.zeroExtended(target.ops().read(offset, width), width);
        } catch (RuntimeException e) {
            throw failed("read", e);
        }
    }

    @Override
    public void writeRegister(int region, long offset, int width, long value) {
        ModelRegion target = place(region, offset, width);
        checkAlive("write");
        checkDecoded(target, "write", offset);
        try {
            target.ops().write(offset, width, RegisterPort.zeroExtended(value, width));
        } catch (RuntimeException e) {
            throw failed("write", e);
        }
        afterWrite(region);
    }

    @Override
    public long modifyRegister(int region, long offset, int width, long mask, long value) {
        info.requireConfigSpace(region, name);
        ModelRegion target = place(region, offset, width);
        checkAlive("write");
        long before;
        try {
            before = target.ops().modify(offset, width, mask, value);
        } catch (RuntimeException e) {
            throw failed("write", e);
        }
        afterWrite(region);
        return before;
    }

    @Override
    public int read(int region, long offset, MemorySegment target) {
        ModelRegion from = regions[Objects.checkIndex(region, regions.length)];
        MemorySegment part = clip(from, offset, target);
        checkAlive("read");
        checkDecoded(from, "read", offset);
        try {
            return from.ops().read(offset, part);
        } catch (RuntimeException e) {
            throw failed("read", e);
        }
    }

    @Override
    public int write(int region, long offset, MemorySegment source) {
        ModelRegion to = regions[Objects.checkIndex(region, regions.length)];
        MemorySegment part = clip(to, offset, source);
        checkAlive("write");
        checkDecoded(to, "write", offset);
        int done;
        try {
            done = to.ops().write(offset, part);
        } catch (RuntimeException e) {
            throw failed("write", e);
        }
        afterWrite(region);
        return done;
    }

    @Override
    public Optional<RegionMapping> map(int region, long offset, long length) {
        ModelRegion target = regions[Objects.checkIndex(region, regions.length)];
        boolean mappable = target.info().checkMap(offset, length, pageSize);
        checkAlive("mmap");
        if (!mappable) {
            return Optional.empty();
        }
        return target.ops().map(offset, length).map(made -> mappings.add(made, this::checkOpen));
    }

    private RuntimeException failed(String access, RuntimeException failure) {
        return state.get() == State.OPEN ? defects.met(access, failure) : failure;
    }

    private void checkOpen() {
        if (state.get() == State.CLOSED) {
            throw new IllegalStateException(name + " is closed");
        }
    }

    @Override
    public Optional<RegionFile> file(int region) {
        return regions[Objects.checkIndex(region, regions.length)].ops().file();
    }

    @Override
    public int setIrqs(IrqRequest request) {
        Objects.checkIndex(request.index(), info.irqCount());
        checkAlive("VFIO_DEVICE_SET_IRQS");
        return irqOwners.set(request);
    }

    @Override
    public void reset() {
        checkAlive("VFIO_DEVICE_RESET");
        function.dma().busMaster(false);
        if (!function.worker().quiesced(this::restart)) {
            throw new VfioException(
                    "VFIO_DEVICE_RESET", Errno.ETIMEDOUT, name, "the model is busy and does not come to an end");
        }
    }

    private void restart() {
        function.config().reset();
        function.control().restart(function.config().read16(PciRegisters.COMMAND));
        function.interrupts().reset();
        model.reset();
        function.errors().end();
    }

    @Override
    public <R> Optional<R> feature(DeviceFeature<R> request) {
        DeviceFeature.require(request.number(), request.direction(), request.size());
        checkAlive("VFIO_DEVICE_FEATURE");
        return function.features().ask(request, name);
    }

    @Override
    public AddressSpace addressSpace() {
        EmulatedIommu now = function.dma().space();
        if (now == null) {
            throw new IllegalStateException(
                    state.get() == State.CLOSED ? name + " is closed" : name + " is detached from every address space");
        }
        return now;
    }

    /**
     * {@link Reattachable}, this class, by which a device that was opened by its locator can be stepped, and what a
     * wrapper has given to the device.
     */
    @Override
    public <T> Optional<T> ability(Class<T> type) {
        WrapperSetup wrapper = function.wrapper();
        Optional<T> own = abilities.find(type);
        return own.isPresent() || wrapper == null ? own : wrapper.abilities().find(type);
    }

    @Override
    public void close() {
        if (state.getAndSet(State.CLOSED) == State.CLOSED) {
            return;
        }
        Closing steps = new Closing();
        function.dma().busMaster(false);
        steps.attempt(irqOwners::close);
        steps.attempt(function.worker()::stop);
        steps.attempt(function.interrupts()::close);
        mappings.closeAll(steps);
        steps.attempt(() -> function.worker().finish(model::close));
        for (ModelRegion region : regions) {
            steps.attempt(region.ops()::release);
        }
        steps.attempt(function.dma()::leave);
        if (privateSpace != null) {
            steps.attempt(privateSpace::close);
        }
        steps.throwFirst();
    }

    /** The locator. */
    @Override
    public String toString() {
        return name;
    }

    private void afterWrite(int region) {
        if (info.isConfigSpace(region) && function.control().takeResetRequest()) {
            reset();
        }
    }

    private ModelRegion place(int region, long offset, int width) {
        ModelRegion target = regions[Objects.checkIndex(region, regions.length)];
        target.info().checkRegister(offset, width, info.isConfigSpace(region), name);
        return target;
    }

    private static MemorySegment clip(ModelRegion region, long offset, MemorySegment memory) {
        int room = region.info().room(offset, memory);
        return memory.byteSize() == room ? memory : memory.asSlice(0, room);
    }

    private void checkAlive(String call) {
        switch (state.get()) {
            case OPEN -> {}
            case CLOSED -> checkOpen();
            case GONE -> throw gone(call);
        }
    }

    private DeviceGoneException gone(String call) {
        Throwable failure = function.worker().failure();
        return failure == null ? new DeviceGoneException(call, name) : new DeviceGoneException(call, name, failure);
    }

    private void checkDecoded(ModelRegion target, String call, long offset) {
        boolean decoded = switch (target.gate()) {
            case OPEN -> true;
            case MEMORY -> function.control().memory();
            case PORTS -> function.control().ports();
        };
        if (!decoded) {
            throw new VfioException(
                    call,
                    Errno.EIO,
                    "offset " + Hex.of(offset) + " of region " + target.info().index() + " of " + name,
                    "the command register, or the power state, has decoding off");
        }
    }
}
