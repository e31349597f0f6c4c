// SPDX-License-Identifier: Apache-2.0
package com.example.carrier;

import io.jvfio.Closing;
import io.jvfio.Errno;
import io.jvfio.VfioException;
import io.jvfio.carrier.Abilities;
import io.jvfio.device.DeviceFeature;
import io.jvfio.device.DeviceInfo;
import io.jvfio.device.IrqInfo;
import io.jvfio.device.IrqRequest;
import io.jvfio.device.RegionFile;
import io.jvfio.device.RegionInfo;
import io.jvfio.device.RegionMapping;
import io.jvfio.device.VfioDevice;
import io.jvfio.device.VfioPci;
import io.jvfio.iommu.AddressSpace;
import io.jvfio.pci.config.ConfigRules;
import io.jvfio.pci.config.FieldAccess;
import io.jvfio.pci.config.PciRegisters;
import io.jvfio.pci.config.VirtualConfig;
import io.jvfio.variant.RegionOps;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;

/**
 * A PCI function whose BAR 0 is memory. It moves none by itself and has no interrupts.
 *
 * <p>Threads: thread-safe.
 */
final class MemoryDevice implements VfioDevice {
    private static final int PAGE = 4096;
    private static final int CONFIG = VfioPci.VFIO_PCI_CONFIG_REGION_INDEX;
    private static final int READ_WRITE = VfioPci.VFIO_REGION_INFO_FLAG_READ | VfioPci.VFIO_REGION_INFO_FLAG_WRITE;

    /** A region: what is said of it and what it does. */
    private record Region(RegionInfo info, RegionOps ops) {}

    private final String name;
    private final VirtualConfig config;
    private final MemoryRegion bar;
    private final List<Region> regions;
    private final MemorySpace space;
    private final boolean ownsSpace;
    private final AtomicBoolean closed = new AtomicBoolean();

    MemoryDevice(String name, int size, MemorySpace space, boolean ownsSpace) {
        this.name = name;
        this.space = space;
        this.ownsSpace = ownsSpace;
        this.config = config(size);
        this.bar = new MemoryRegion(size);
        this.regions = IntStream.range(0, VfioPci.VFIO_PCI_NUM_REGIONS)
                .mapToObj(index -> switch (index) {
                    case VfioPci.VFIO_PCI_BAR0_REGION_INDEX -> new Region(new RegionInfo(index, READ_WRITE, size), bar);
                    case CONFIG -> new Region(new RegionInfo(index, READ_WRITE, config.size()), RegionOps.of(config));
                    default -> new Region(RegionInfo.absent(index), bar);
                })
                .toList();
    }

    private static VirtualConfig config(int size) {
        ConfigRules.Builder rules = ConfigRules.builder(PciRegisters.CONVENTIONAL_SIZE);
        rules.value(PciRegisters.VENDOR_ID, 2, 0x1234).value(PciRegisters.DEVICE_ID, 2, 0x4d45);
        rules.header();
        rules.value(PciRegisters.COMMAND, 2, PciRegisters.COMMAND_MEMORY);
        rules.allow(PciRegisters.BAR0, 4, -size, FieldAccess.RW);
        return rules.build().open();
    }

    @Override
    public DeviceInfo info() {
        int flags = VfioPci.VFIO_DEVICE_FLAGS_PCI | VfioPci.VFIO_DEVICE_FLAGS_RESET;
        return new DeviceInfo(flags, regions.size(), VfioPci.VFIO_PCI_NUM_IRQS, List.of());
    }

    @Override
    public RegionInfo region(int index) {
        return regions.get(index).info();
    }

    @Override
    public IrqInfo irq(int index) {
        return IrqInfo.absent(Objects.checkIndex(index, VfioPci.VFIO_PCI_NUM_IRQS));
    }

    @Override
    public long readRegister(int region, long offset, int width) {
        return register(region, offset, width).read(offset, width);
    }

    @Override
    public void writeRegister(int region, long offset, int width, long value) {
        register(region, offset, width).write(offset, width, value);
    }

    @Override
    public long modifyRegister(int region, long offset, int width, long mask, long value) {
        if (region != CONFIG) {
            throw new IllegalArgumentException("region " + region + " of " + name + " is no config space");
        }
        return register(region, offset, width).modify(offset, width, mask, value);
    }

    /** The region of a register, checked. */
    private RegionOps register(int index, long offset, int width) {
        Region region = regions.get(index);
        region.info().checkRegister(offset, width, index == CONFIG, name);
        checkOpen();
        return region.ops();
    }

    @Override
    public int read(int region, long offset, MemorySegment target) {
        Region from = regions.get(region);
        int room = from.info().room(offset, target);
        checkOpen();
        return from.ops().read(offset, target.asSlice(0, room));
    }

    @Override
    public int write(int region, long offset, MemorySegment source) {
        Region to = regions.get(region);
        int room = to.info().room(offset, source);
        checkOpen();
        return to.ops().write(offset, source.asSlice(0, room));
    }

    @Override
    public Optional<RegionMapping> map(int region, long offset, long length) {
        regions.get(region).info().checkMap(offset, length, PAGE);
        checkOpen();
        return Optional.empty();
    }

    @Override
    public Optional<RegionFile> file(int region) {
        return regions.get(region).ops().file();
    }

    @Override
    public int setIrqs(IrqRequest request) {
        Objects.checkIndex(request.index(), VfioPci.VFIO_PCI_NUM_IRQS);
        checkOpen();
        throw new VfioException("VFIO_DEVICE_SET_IRQS", Errno.EINVAL, name, "the device has no interrupts");
    }

    @Override
    public void reset() {
        checkOpen();
        config.reset();
        bar.reset();
    }

    @Override
    public <R> Optional<R> feature(DeviceFeature<R> request) {
        DeviceFeature.require(request.number(), request.direction(), request.size());
        checkOpen();
        return Optional.empty();
    }

    @Override
    public <T> Optional<T> ability(Class<T> type) {
        return Abilities.none().find(type);
    }

    @Override
    public AddressSpace addressSpace() {
        return space;
    }

    @Override
    public void close() {
        if (closed.getAndSet(true)) {
            return;
        }
        Closing steps = new Closing();
        steps.attempt(bar::release);
        steps.attempt(space::leave);
        if (ownsSpace) {
            steps.attempt(space::close);
        }
        steps.throwFirst();
    }

    private void checkOpen() {
        if (closed.get()) {
            throw new IllegalStateException(name + " is closed");
        }
    }

    /** The locator. */
    @Override
    public String toString() {
        return name;
    }
}
