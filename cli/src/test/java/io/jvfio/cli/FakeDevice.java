// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli;

import io.jvfio.device.DeviceFeature;
import io.jvfio.device.DeviceGoneException;
import io.jvfio.device.DeviceInfo;
import io.jvfio.device.IrqInfo;
import io.jvfio.device.IrqRequest;
import io.jvfio.device.RegionArea;
import io.jvfio.device.RegionFile;
import io.jvfio.device.RegionInfo;
import io.jvfio.device.RegionMapping;
import io.jvfio.device.VfioDevice;
import io.jvfio.iommu.AddressSpace;
import io.jvfio.iommu.DmaMapping;
import io.jvfio.iommu.DmaMappings;
import io.jvfio.iommu.DmaSource;
import io.jvfio.iommu.IovaRange;
import io.jvfio.iommu.Limits;
import io.jvfio.iommu.MapRequest;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;

/** A device whose regions are arrays: an 0x1000-byte BAR 0, of which half can be mapped, and config space. */
public final class FakeDevice implements VfioDevice {
    private static final int BAR = 0;
    private static final int CONFIG = 7;
    private static final int[] VECTORS = {1, 4, 0, 1, 1};
    private static final int[] IRQ_FLAGS = {7, 9, 9, 9, 9};

    public final ByteBuffer bar = ByteBuffer.allocate(0x1000).order(ByteOrder.LITTLE_ENDIAN);
    public final ByteBuffer config = ByteBuffer.allocate(0x100).order(ByteOrder.LITTLE_ENDIAN);
    public boolean resettable = true;
    public boolean closed;

    /** Whether it vanishes once its interrupts are on. */
    public boolean vanishes;

    public int resets;

    public FakeDevice(int vendor, int device) {
        config.putShort(0, (short) vendor).putShort(2, (short) device);
        config.putInt(0x08, 0x00ff0010).putInt(0x10, 0xe0000000);
        // A list of one capability: MSI.
        config.putShort(0x06, (short) 0x10).put(0x34, (byte) 0x40).put(0x40, (byte) 0x05);
    }

    @Override
    public DeviceInfo info() {
        return new DeviceInfo(resettable ? 3 : 2, 9, 5, List.of());
    }

    @Override
    public RegionInfo region(int index) {
        return switch (index) {
            case BAR -> new RegionInfo(BAR, 7, bar.capacity(), List.of(new RegionArea(0, 0x800)), List.of());
            case CONFIG -> new RegionInfo(CONFIG, 3, config.capacity(), List.of(), List.of());
            default -> RegionInfo.absent(index);
        };
    }

    @Override
    public IrqInfo irq(int index) {
        return new IrqInfo(index, IRQ_FLAGS[index], VECTORS[index]);
    }

    private ByteBuffer bytes(int region) {
        return switch (region) {
            case BAR -> bar;
            case CONFIG -> config;
            default -> throw new IndexOutOfBoundsException("region " + region);
        };
    }

    @Override
    public long readRegister(int region, long offset, int width) {
        if (vanishes && (config.getShort(0x42) & 1) != 0) {
            throw new DeviceGoneException("read", "the fake device");
        }
        ByteBuffer bytes = bytes(region);
        int at = (int) offset;
        return switch (width) {
            case 1 -> bytes.get(at) & 0xffL;
            case 2 -> bytes.getShort(at) & 0xffffL;
            case 4 -> bytes.getInt(at) & 0xffffffffL;
            default -> bytes.getLong(at);
        };
    }

    @Override
    public void writeRegister(int region, long offset, int width, long value) {
        ByteBuffer bytes = bytes(region);
        int at = (int) offset;
        switch (width) {
            case 1 -> bytes.put(at, (byte) value);
            case 2 -> bytes.putShort(at, (short) value);
            case 4 -> bytes.putInt(at, (int) value);
            default -> bytes.putLong(at, value);
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
        throw new UnsupportedOperationException();
    }

    @Override
    public int write(int region, long offset, MemorySegment source) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Optional<RegionMapping> map(int region, long offset, long length) {
        return Optional.empty();
    }

    @Override
    public Optional<RegionFile> file(int region) {
        return Optional.empty();
    }

    @Override
    public int setIrqs(IrqRequest request) {
        return 0;
    }

    @Override
    public void reset() {
        resets++;
    }

    @Override
    public <R> Optional<R> feature(DeviceFeature<R> request) {
        return Optional.empty();
    }

    @Override
    public <T> Optional<T> ability(Class<T> type) {
        return Optional.empty();
    }

    @Override
    public AddressSpace addressSpace() {
        return new Space();
    }

    @Override
    public void close() {
        closed = true;
    }

    private static final class Space implements AddressSpace {
        @Override
        public DmaMapping map(DmaSource source, MapRequest request) {
            throw new UnsupportedOperationException();
        }

        @Override
        public DmaMappings mappings() {
            throw new UnsupportedOperationException();
        }

        @Override
        public List<IovaRange> usable() {
            return List.of(new IovaRange(0, 0xfedfffffL), new IovaRange(0xfef00000L, -1));
        }

        @Override
        public Limits limits() {
            return new Limits(0x40201000, 65535, 8 << 20, 4096);
        }

        @Override
        public boolean coherent() {
            return true;
        }

        @Override
        public <T> Optional<T> ability(Class<T> type) {
            return Optional.empty();
        }

        @Override
        public String description() {
            return "an address space of the test";
        }

        @Override
        public void close() {}
    }
}
