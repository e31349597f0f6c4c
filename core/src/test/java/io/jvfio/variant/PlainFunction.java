// SPDX-License-Identifier: Apache-2.0
package io.jvfio.variant;

import io.jvfio.Fd;
import io.jvfio.carrier.ForwardingDevice;
import io.jvfio.device.DeviceFeature;
import io.jvfio.device.DeviceInfo;
import io.jvfio.device.InfoCapability;
import io.jvfio.device.IrqInfo;
import io.jvfio.device.RegionArea;
import io.jvfio.device.RegionFile;
import io.jvfio.device.RegionInfo;
import io.jvfio.device.RegionMapping;
import io.jvfio.device.RegionType;
import io.jvfio.device.VfioDevice;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A PCI function in arrays, which writes down what it is asked for. */
final class PlainFunction extends ForwardingDevice {
    static final int CONFIG = 7;
    static final int READ_WRITE_MMAP = 7;
    static final Fd FD = (Fd) Proxy.newProxyInstance(
            Fd.class.getClassLoader(), new Class<?>[] {Fd.class}, (self, method, arguments) -> 0);

    final byte[] config = new byte[4096];

    /** Bits that are cleared when they are written as 1. */
    final byte[] cleared = new byte[4096];

    final byte[] bar = new byte[0x4000];
    final List<String> log = new ArrayList<>();
    final List<RegionType> types = new ArrayList<>();
    final List<Integer> features = new ArrayList<>();
    final Map<Class<?>, Object> abilities = new HashMap<>();
    List<RegionArea> areas = List.of(new RegionArea(0, 0x4000));
    int flags = READ_WRITE_MMAP;

    @Nullable RegionFile file;

    PlainFunction() {
        super((VfioDevice) Proxy.newProxyInstance(
                VfioDevice.class.getClassLoader(), new Class<?>[] {VfioDevice.class}, (self, method, arguments) -> {
                    throw new UnsupportedOperationException(method.getName());
                }));
        put(0, 2, 0x1234).put(2, 2, 0x11e8).put(8, 4, 0x0200_0010);
    }

    PlainFunction put(int offset, int width, long value) {
        for (int i = 0; i < width; i++) {
            config[offset + i] = (byte) (value >>> 8 * i);
        }
        return this;
    }

    /** A capability at the end of a list that the caller keeps. */
    PlainFunction capability(int offset, int id, int next) {
        put(6, 2, 0x10);
        return put(offset, 1, id).put(offset + 1, 1, next);
    }

    static long get(byte[] bytes, long offset, int width) {
        long value = 0;
        for (int i = width - 1; i >= 0; i--) {
            value = value << 8 | bytes[(int) offset + i] & 0xff;
        }
        return value;
    }

    @Override
    public DeviceInfo info() {
        return new DeviceInfo(3, 9 + types.size(), 5, List.of());
    }

    @Override
    public RegionInfo region(int index) {
        if (index == 0) {
            return new RegionInfo(0, flags, bar.length, areas, List.of());
        }
        if (index == CONFIG) {
            return new RegionInfo(CONFIG, 3, config.length);
        }
        return index < 9
                ? RegionInfo.absent(index)
                : new RegionInfo(index, 1, 4096, List.of(), List.of(InfoCapability.type(types.get(index - 9))));
    }

    @Override
    public IrqInfo irq(int index) {
        return new IrqInfo(index, 1, index == 2 ? 8 : 0);
    }

    @Override
    public <R> Optional<R> feature(DeviceFeature<R> request) {
        return features.contains(request.number()) ? Optional.of(request.decode(MemorySegment.NULL)) : Optional.empty();
    }

    @Override
    public <T> Optional<T> ability(Class<T> type) {
        return Optional.ofNullable(abilities.get(type)).map(type::cast);
    }

    @Override
    public long readRegister(int region, long offset, int width) {
        region(region).checkRegister(offset, width, region == CONFIG, "plain");
        log.add("r" + width + " " + Long.toHexString(offset));
        return get(region == CONFIG ? config : bar, offset, width);
    }

    @Override
    public void writeRegister(int region, long offset, int width, long value) {
        region(region).checkRegister(offset, width, region == CONFIG, "plain");
        log.add("w" + width + " " + Long.toHexString(offset) + "=" + hex(width, value));
        store(region, offset, width, value);
    }

    private static String hex(int width, long value) {
        return Long.toHexString(value & -1L >>> 64 - 8 * width);
    }

    private void store(int region, long offset, int width, long value) {
        for (int i = 0; i < width; i++) {
            int at = (int) offset + i;
            byte written = (byte) (value >>> 8 * i);
            if (region == CONFIG) {
                byte keep = cleared[at];
                config[at] = (byte) (written & ~keep | config[at] & keep & ~written);
            } else {
                bar[at] = written;
            }
        }
    }

    @Override
    public long modifyRegister(int region, long offset, int width, long mask, long value) {
        info().requireConfigSpace(region, "plain");
        log.add("m" + width + " " + Long.toHexString(offset) + "=" + hex(width, value) + "/" + hex(width, mask));
        long old = get(config, offset, width);
        store(region, offset, width, old & ~mask | value & mask);
        return old;
    }

    @Override
    public int read(int region, long offset, MemorySegment target) {
        log.add("R" + target.byteSize() + " " + Long.toHexString(offset));
        for (long i = 0; i < target.byteSize(); i++) {
            target.set(ValueLayout.JAVA_BYTE, i, bar[(int) (offset + i)]);
        }
        return (int) target.byteSize();
    }

    @Override
    public int write(int region, long offset, MemorySegment source) {
        log.add("W" + source.byteSize() + " " + Long.toHexString(offset));
        for (long i = 0; i < source.byteSize(); i++) {
            bar[(int) (offset + i)] = source.get(ValueLayout.JAVA_BYTE, i);
        }
        return (int) source.byteSize();
    }

    @Override
    public Optional<RegionMapping> map(int region, long offset, long length) {
        log.add("map " + Long.toHexString(offset) + "+" + Long.toHexString(length));
        return Optional.empty();
    }

    @Override
    public Optional<RegionFile> file(int region) {
        return Optional.ofNullable(file);
    }

    @Override
    public void reset() {
        log.add("reset");
    }

    @Override
    public void close() {
        log.add("close");
    }

    @Override
    public String toString() {
        return "plain";
    }
}
