// SPDX-License-Identifier: Apache-2.0
package io.jvfio.pci;

import io.jvfio.Errno;
import io.jvfio.Fd;
import io.jvfio.VfioException;
import io.jvfio.carrier.CarrierContext;
import io.jvfio.carrier.IrqOwners;
import io.jvfio.device.DeviceFeature;
import io.jvfio.device.DeviceGoneException;
import io.jvfio.device.DeviceInfo;
import io.jvfio.device.HotReset;
import io.jvfio.device.InfoCapability;
import io.jvfio.device.IrqInfo;
import io.jvfio.device.IrqRequest;
import io.jvfio.device.RegionArea;
import io.jvfio.device.RegionFile;
import io.jvfio.device.RegionInfo;
import io.jvfio.device.RegionMapping;
import io.jvfio.device.VfioDevice;
import io.jvfio.device.VfioPci;
import io.jvfio.internal.sys.SystemCalls;
import io.jvfio.interrupt.Notices;
import io.jvfio.iommu.AddressSpace;
import io.jvfio.pci.config.PciRegisters;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A PCI device at the contract's boundary: config space is an array, BARs are files, interrupts are fired by the test. */
public final class FakeDevice implements VfioDevice {
    static final int PAGE = 4096;
    private static final int RESET_AND_PCI = 3;
    private static final int EVENTFD_NORESIZE = 9;
    private static final int INTX_FLAGS = 7;

    /** What happened, in order: changes of config space, of interrupts, of windows, and the close. */
    public final List<String> log = new CopyOnWriteArrayList<>();

    public final ConfigBytes config = new ConfigBytes(4096);
    final Map<Integer, Integer> vectors = new HashMap<>();
    final Map<Integer, FakeRegion> regions = new HashMap<>();
    final Map<String, Fd> assigned = new ConcurrentHashMap<>();
    int flags = RESET_AND_PCI;
    List<InfoCapability> capabilities = List.of();

    /** Runs inside {@link #reset}. */
    Runnable onReset = () -> {};

    /** Whether config space reads as all ones. */
    volatile boolean silent;

    /** What every access through the carrier fails with, or 0. */
    volatile int errno;

    /** What the close of the device, of each window and of the interrupts fail with. */
    volatile @Nullable Supplier<RuntimeException> closeFailure;

    /** What it offers of hot resets. */
    public @Nullable HotReset hotReset;

    volatile boolean closed;
    private final SystemCalls sys;
    final FakeSpace space = new FakeSpace(log);

    private final IrqOwners irqs;

    FakeDevice(SystemCalls sys, CarrierContext context) {
        this.sys = sys;
        this.irqs = new IrqOwners(context, "fake", this::set);
        config.put(0, 2, 0x1234).put(2, 2, 0x11e8).put(8, 4, 0x00ff0010);
        config.put(PciRegisters.COMMAND, 2, PciRegisters.COMMAND_MEMORY | PciRegisters.COMMAND_IO);
    }

    /** Adds a BAR with the low bits of its register. */
    FakeRegion bar(int index, long size, int registerFlags, RegionArea... areas) {
        config.put(PciRegisters.BAR0 + 4 * index, 4, 0xe0000000L | registerFlags);
        return region(index, size, areas);
    }

    FakeRegion region(int index, long size, RegionArea... areas) {
        FakeRegion made = new FakeRegion(sys, index, size, List.of(areas));
        regions.put(index, made);
        return made;
    }

    /** Fires a vector as the kernel does. */
    void fire(int irq, int vector) {
        Fd eventfd = assigned.get(irq + "." + vector);
        if (eventfd == null) {
            throw new AssertionError("no eventfd at irq index " + irq + " vector " + vector);
        }
        int number = eventfd.acquire();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment one = arena.allocateFrom(ValueLayout.JAVA_LONG, 1);
            if (sys.write(number, one, 8) != 8) {
                throw new AssertionError("eventfd not written");
            }
        } finally {
            eventfd.release();
        }
    }

    /** Listens to its notices, as a carrier does at the end of its open. */
    void watch() {
        irqs.watch(this);
    }

    @Override
    public DeviceInfo info() {
        return new DeviceInfo(flags, 9, 5, capabilities);
    }

    @Override
    public RegionInfo region(int index) {
        if (index == VfioPci.VFIO_PCI_CONFIG_REGION_INDEX) {
            return new RegionInfo(index, 3, config.bytes.length, List.of(), List.of());
        }
        FakeRegion region = regions.get(index);
        return region == null ? RegionInfo.absent(index) : region.info();
    }

    @Override
    public <T> Optional<T> ability(Class<T> type) {
        if (type == Notices.class) {
            return Optional.of(type.cast(irqs.notices()));
        }
        return type == HotReset.class ? Optional.ofNullable(hotReset).map(type::cast) : Optional.empty();
    }

    @Override
    public IrqInfo irq(int index) {
        int count = vectors.getOrDefault(index, 0);
        return new IrqInfo(index, index == 0 ? INTX_FLAGS : EVENTFD_NORESIZE, count);
    }

    @Override
    public long readRegister(int region, long offset, int width) {
        check();
        if (silent) {
            return width == 8 ? -1 : (1L << 8 * width) - 1;
        }
        return region == VfioPci.VFIO_PCI_CONFIG_REGION_INDEX
                ? config.read(offset, width)
                : regions.get(region).read(offset, width);
    }

    @Override
    public void writeRegister(int region, long offset, int width, long value) {
        check();
        if (region == VfioPci.VFIO_PCI_CONFIG_REGION_INDEX) {
            log.add(String.format("config 0x%x = 0x%x", offset, value));
            config.write(offset, width, value);
        } else {
            regions.get(region).write(offset, width, value);
        }
    }

    private void check() {
        if (closed) {
            throw new IllegalStateException("fake is closed");
        }
        if (errno == Errno.ENODEV) {
            throw new DeviceGoneException("pread", "fake");
        }
        if (errno != 0) {
            throw VfioException.of("pread", errno, "fake");
        }
    }

    @Override
    public long modifyRegister(int region, long offset, int width, long mask, long value) {
        long before = readRegister(region, offset, width);
        writeRegister(region, offset, width, before & ~mask | value & mask);
        return before;
    }

    @Override
    public int read(int region, long offset, MemorySegment target) {
        check();
        return regions.get(region).transfer(offset, target, true);
    }

    @Override
    public int write(int region, long offset, MemorySegment source) {
        check();
        return regions.get(region).transfer(offset, source, false);
    }

    @Override
    public Optional<RegionMapping> map(int region, long offset, long length) {
        check();
        if (offset % PAGE != 0 || length <= 0) {
            throw new IllegalArgumentException("offset 0x" + Long.toHexString(offset) + " length " + length);
        }
        return regions.get(region).map(offset, length, () -> {
            log.add("window closed");
            fail();
        });
    }

    private void fail() {
        Supplier<RuntimeException> failure = closeFailure;
        if (failure != null) {
            throw failure.get();
        }
    }

    @Override
    public Optional<RegionFile> file(int region) {
        return Optional.empty();
    }

    @Override
    public int setIrqs(IrqRequest request) {
        return irqs.set(request);
    }

    private int set(IrqRequest request) {
        if (request.action() == IrqRequest.Action.TRIGGER && request.count() == 0) {
            log.add("irq " + request.index() + " off");
            assigned.keySet().removeIf(key -> key.startsWith(request.index() + "."));
            if (request.index() < 3) {
                fail();
            }
        } else if (request.data() instanceof IrqRequest.EventFds eventfds) {
            for (int i = 0; i < request.count(); i++) {
                Fd eventfd = eventfds.fds().get(i);
                String key = request.index() + "." + (request.start() + i);
                if (eventfd == null) {
                    assigned.remove(key);
                } else {
                    assigned.put(key, eventfd);
                }
            }
            log.add("irq " + request.index() + " set");
        }
        return 0;
    }

    @Override
    public void reset() {
        check();
        log.add("reset");
        onReset.run();
    }

    @Override
    public <R> Optional<R> feature(DeviceFeature<R> request) {
        return Optional.empty();
    }

    @Override
    public AddressSpace addressSpace() {
        return space;
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        irqs.close();
        log.add("device closed");
        regions.values().forEach(FakeRegion::close);
        fail();
    }
}
