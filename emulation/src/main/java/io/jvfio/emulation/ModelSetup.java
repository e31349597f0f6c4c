// SPDX-License-Identifier: Apache-2.0
package io.jvfio.emulation;

import io.jvfio.Closing;
import io.jvfio.Hex;
import io.jvfio.device.DeviceFeature;
import io.jvfio.device.DeviceInfo;
import io.jvfio.device.InfoCapability;
import io.jvfio.device.PostedRegisters;
import io.jvfio.device.RegionType;
import io.jvfio.device.VfioPci;
import io.jvfio.internal.sys.SystemCalls;
import io.jvfio.iommu.IovaRange;
import io.jvfio.pci.config.ConfigRules;
import io.jvfio.pci.config.PciRegisters;
import io.jvfio.variant.RegionOps;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a model is made with. The provider says here what the device has, and keeps what the model uses when it runs:
 * {@link #interrupts}, {@link #dma} and {@link #worker}, which work once the device is open. A function must be given its
 * {@link #identity}; everything else is as the model needs it.
 *
 * <p>Threads: one at a time, and only while the model is created.
 */
public final class ModelSetup {
    private static final int LEAST_ROM = 2048;

    private final SystemCalls sys;
    private final String device;
    private final ModelWorker worker;
    private final ModelDma dma;
    private final FunctionErrors errors = new FunctionErrors();
    private final @Nullable FaultInjector faults;
    private final @Nullable ModelDiagnostics diagnostics;
    private final @Nullable BarSetup[] bars = new BarSetup[PciRegisters.BAR_COUNT];
    private @Nullable PciIdentity identity;
    private ConfigRules.@Nullable Builder config;
    private final List<ModelRegion> added = new ArrayList<>();
    private final Map<Integer, RegisterMap> maps = new HashMap<>();
    private final List<InfoCapability> capabilities = new ArrayList<>();
    private final ModelFeatures features = new ModelFeatures();
    private IovaRange reach = IovaRange.ALL;
    private byte[] rom = {};
    private InterruptKinds kinds = InterruptKinds.none();
    private @Nullable ModelInterrupts interrupts;
    private @Nullable WrapperSetup wrapper;

    ModelSetup(SystemCalls sys, String device, EmulationOptions options) {
        this.sys = sys;
        this.device = device;
        this.worker = new ModelWorker(device, options.clock(), options.stepped());
        this.faults = options.faults().rules().isEmpty() ? null : new FaultInjector(options.faults(), options.clock());
        this.diagnostics = options.diagnostics() ? new ModelDiagnostics(options.clock()) : null;
        this.dma = new ModelDma(device, faults, errors);
    }

    /** What errors call the device. */
    public String device() {
        return device;
    }

    /**
     * Says what the function is; once. A PCIe function gets the PCIe capability with FLR, and power management.
     *
     * @return its config space, to which the model may add capabilities and registers
     * @throws IllegalStateException if it has an identity already
     */
    public ConfigRules.Builder identity(PciIdentity function) {
        if (config != null) {
            throw new IllegalStateException(device + " has an identity already");
        }
        identity = Objects.requireNonNull(function, "function");
        config = ConfigRules.builder(function.express() ? PciRegisters.EXTENDED_SIZE : PciRegisters.CONVENTIONAL_SIZE);
        ConfigLayout.identity(config, function);
        return config;
    }

    /**
     * Adds a BAR.
     *
     * @param index 0 to 5
     * @param size bytes, a power of two, 16 or more
     * @throws IllegalArgumentException if there is one, or the size is not as said
     */
    public BarSetup bar(int index, long size) {
        Objects.checkIndex(index, PciRegisters.BAR_COUNT);
        if (bars[index] != null || size < 16 || Long.bitCount(size) != 1) {
            throw new IllegalArgumentException("BAR " + index + " of " + Hex.of(size) + " bytes: "
                    + (bars[index] != null ? "there is one already" : "the size must be a power of two, 16 or more"));
        }
        BarSetup bar = new BarSetup(index, size, new BarMemory(sys, device + " BAR " + index, size));
        bars[index] = bar;
        return bar;
    }

    /**
     * Gives the function an expansion ROM, shown in the next power of two of bytes, from 2048 on.
     *
     * @param image copied
     */
    public void rom(MemorySegment image) {
        rom = image.toArray(ValueLayout.JAVA_BYTE);
    }

    /**
     * Says how the function interrupts; once. A BAR that has the MSI-X table must be added as any other.
     *
     * @return what the model interrupts with
     * @throws IllegalStateException if that was said already
     */
    public ModelInterrupts interrupts(InterruptKinds how) {
        if (interrupts != null) {
            throw new IllegalStateException(device + " has its interrupts already");
        }
        Objects.requireNonNull(how, "how");
        kinds = wrapper == null ? how : wrapper.kinds(how);
        ModelInterrupts made = new ModelInterrupts(sys, kinds, dma, worker, faults);
        errors.through(made);
        interrupts = made;
        return made;
    }

    /**
     * Adds a region of a type of its own, behind those of the bus.
     *
     * @param type by which clients find it
     * @param size bytes, 1 or more
     * @param ops what it does; its areas can be mapped, and its capabilities are told
     * @return its index
     */
    public int region(RegionType type, long size, RegionOps ops) {
        return add(type, ModelRegion.READ_WRITE, size, ops);
    }

    /** Adds a region as {@link #region} does, and says that it can only be read. */
    public int readOnlyRegion(RegionType type, long size, RegionOps ops) {
        return add(type, VfioPci.VFIO_REGION_INFO_FLAG_READ, size, ops);
    }

    /**
     * Says which registers config space, or a region that was added, has beyond those of the specification, for
     * {@link ModelReport}. Config space that is not described has those that the rules tell of; without this no access to
     * an added region counts as missing.
     *
     * @param region {@link VfioPci#VFIO_PCI_CONFIG_REGION_INDEX}, or what {@link #region} returned
     * @throws IllegalArgumentException if it is another; a BAR is described by {@link BarSetup#described}
     */
    public void described(int region, RegisterMap registers) {
        Objects.requireNonNull(registers, "registers");
        if (region != VfioPci.VFIO_PCI_CONFIG_REGION_INDEX
                && (region < VfioPci.VFIO_PCI_NUM_REGIONS || region >= VfioPci.VFIO_PCI_NUM_REGIONS + added.size())) {
            throw new IllegalArgumentException("region " + region + " is neither config space nor was it added");
        }
        maps.put(region, registers);
    }

    private int add(RegionType type, int access, long size, RegionOps ops) {
        if (size < 1) {
            throw new IllegalArgumentException("a region of " + Hex.of(size) + " bytes");
        }
        int index = VfioPci.VFIO_PCI_NUM_REGIONS + added.size();
        added.add(ModelRegion.added(index, type, access, size, ops));
        return index;
    }

    /** Adds to what the device says of itself: to its info chain, in the order of the calls. */
    public void deviceCapability(InfoCapability capability) {
        capabilities.add(Objects.requireNonNull(capability, "capability"));
    }

    /**
     * Says which addresses the device can name; all of them unless it is said. Its driver's memory is mapped there alone;
     * other devices in its address space may have theirs elsewhere.
     */
    public void reach(IovaRange range) {
        reach = Objects.requireNonNull(range, "range");
    }

    /**
     * Says where IOVAs may lie in an address space that the device is in: what an IOMMU before this device alone takes.
     * It limits the devices that are there with it, too.
     *
     * @param ranges ascending, apart, one or more
     */
    public void usable(List<IovaRange> ranges) {
        limit(new SpaceLimit(ranges, -1));
    }

    /**
     * Says which page sizes an address space that the device is in has at most; all that the space has unless it is said.
     * It limits the devices that are there with it, too.
     *
     * @param bits one for each size, one or more
     */
    public void pageSizes(long bits) {
        limit(new SpaceLimit(List.of(IovaRange.ALL), bits));
    }

    /** Each limit that is said counts. */
    private void limit(SpaceLimit said) {
        SpaceLimit left = dma.limit().and(said);
        if (left.isEmpty()) {
            throw new IllegalArgumentException(device + " can be in no space: " + dma.limit() + ", and " + said);
        }
        dma.limit(left);
    }

    /**
     * Adds one direction of an optional feature ({@code VFIO_DEVICE_FEATURE}), and the answer to its probe.
     *
     * @param number the feature's number
     * @param direction GET or SET
     * @param size how many bytes it has; a shorter request fails with EINVAL
     * @param action fills the bytes or takes them, which are in the machine's byte order and gone after the call; called
     *     by any number of threads. What it throws fails the request
     * @throws IllegalArgumentException if the direction is another, there is one already, or
     *     {@link DeviceFeature#require} refuses it
     */
    public void feature(
            int number, DeviceFeature.Direction direction, int size, Consumer<? super MemorySegment> action) {
        features.add(number, direction, size, action);
    }

    /** The model's way to memory. */
    public ModelDma dma() {
        return dma;
    }

    /** Has the model's work done. */
    public ModelWorker worker() {
        return worker;
    }

    /** The model's time. */
    public ModelClock clock() {
        return worker.clock();
    }

    FunctionErrors errors() {
        return errors;
    }

    ModelFeatures features() {
        return features;
    }

    /** Something is around the device. */
    WrapperSetup wrapped() {
        wrapper = new WrapperSetup(this);
        return wrapper;
    }

    boolean isExpress() {
        return identity != null && identity.express();
    }

    /** What the model interrupts with, if it is only that it does not. */
    ModelInterrupts madeInterrupts() {
        return interrupts == null ? interrupts(kinds) : interrupts;
    }

    /** What has been said, put together. */
    ModelFunction build() {
        PciIdentity function = identity;
        ConfigRules.Builder rules = config;
        if (function == null || rules == null) {
            throw new IllegalStateException(device + " has no identity");
        }
        ModelInterrupts irqs = madeInterrupts();
        checkBars();
        FunctionControl control = new FunctionControl(dma, irqs);
        new ConfigLayout(rules, control).build(bars, romSize(), kinds, function);
        List<ModelRegion> regions = regions(irqs);
        ConfigRules built = rules.build();
        if (diagnostics != null) {
            describe(diagnostics, built);
        }
        return new ModelFunction(
                built.open(),
                control,
                irqs,
                dma,
                worker,
                regions,
                posted(),
                info(regions.size()),
                features,
                errors,
                wrapper,
                faults,
                diagnostics);
    }

    private PostedRegisters posted() {
        Map<Integer, List<PostedRegisters.Register>> byRegion = new HashMap<>();
        for (BarSetup bar : bars) {
            if (bar != null && !bar.posted().isEmpty()) {
                byRegion.put(bar.index(), bar.posted());
            }
        }
        return byRegion.isEmpty() ? PostedRegisters.NONE : region -> byRegion.getOrDefault(region, List.of());
    }

    private void describe(ModelDiagnostics report, ConfigRules rules) {
        for (BarSetup bar : bars) {
            if (bar != null) {
                report.describe(bar.index(), bar.map());
            }
        }
        report.describe(
                ConfigRegisters.of(rules, maps.getOrDefault(VfioPci.VFIO_PCI_CONFIG_REGION_INDEX, RegisterMap.NONE)));
        for (int i = 0; i < added.size(); i++) {
            int index = VfioPci.VFIO_PCI_NUM_REGIONS + i;
            report.describe(index, maps.get(index));
        }
    }

    private DeviceInfo info(int regions) {
        int flags = VfioPci.VFIO_DEVICE_FLAGS_RESET
                | VfioPci.VFIO_DEVICE_FLAGS_PCI
                | (capabilities.isEmpty() ? 0 : VfioPci.VFIO_DEVICE_FLAGS_CAPS);
        return new DeviceInfo(flags, regions, VfioPci.VFIO_PCI_NUM_IRQS, capabilities, reach);
    }

    private List<ModelRegion> regions(ModelInterrupts irqs) {
        ModelRegion[] regions = new ModelRegion[VfioPci.VFIO_PCI_NUM_REGIONS];
        for (int i = 0; i < regions.length; i++) {
            BarSetup bar = i < bars.length ? bars[i] : null;
            regions[i] = bar != null ? ModelRegion.bar(bar, window(i, irqs)) : ModelRegion.none(i);
        }
        if (rom.length != 0) {
            regions[VfioPci.VFIO_PCI_ROM_REGION_INDEX] = ModelRegion.rom(rom, romSize());
        }
        return Stream.concat(Arrays.stream(regions), added.stream()).toList();
    }

    private @Nullable MsixWindow window(int bar, ModelInterrupts irqs) {
        MsixLayout layout = kinds.msix();
        MsixTable table = irqs.table();
        if (layout == null || table == null || layout.tableBar() != bar && layout.pendingBar() != bar) {
            return null;
        }
        return new MsixWindow(bar, layout, table, irqs);
    }

    private void checkBars() {
        for (int i = 0; i + 1 < bars.length; i++) {
            BarSetup bar = bars[i];
            if (bar != null && bar.isWide() && bars[i + 1] != null) {
                throw new IllegalStateException(device + " BAR " + i + " has 64 bits and takes the place of the next");
            }
            if (bar != null && !bar.isWide() && bar.size() > 1L << 31) {
                throw new IllegalStateException(device + " BAR " + i + " is too large for 32 bits");
            }
        }
        MsixLayout layout = kinds.msix();
        if (layout != null) {
            checkInside(layout.tableBar(), layout.tableOffset(), layout.tableSize());
            checkInside(layout.pendingBar(), layout.pendingOffset(), layout.pendingSize());
        }
    }

    private void checkInside(int index, long offset, long length) {
        BarSetup bar = bars[Objects.checkIndex(index, PciRegisters.BAR_COUNT)];
        if (bar == null || offset > bar.size() - length || bar.barMemory().overlaps(offset, length)) {
            throw new IllegalStateException(
                    device + " has no room for MSI-X at " + Hex.of(offset) + " of BAR " + index);
        }
    }

    private long romSize() {
        return rom.length == 0 ? 0 : Math.max(LEAST_ROM, Integer.highestOneBit(rom.length * 2 - 1));
    }

    /** Gives back what has been made, when the model could not be created. */
    void discard() {
        Closing steps = new Closing();
        steps.attempt(worker::stop);
        for (BarSetup bar : bars) {
            if (bar != null) {
                steps.attempt(bar.barMemory()::close);
            }
        }
        steps.throwFirst();
    }
}
