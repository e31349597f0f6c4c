// SPDX-License-Identifier: Apache-2.0
package io.jvfio.carrier;

import io.jvfio.device.DeviceFeature;
import io.jvfio.device.DeviceInfo;
import io.jvfio.device.IrqInfo;
import io.jvfio.device.IrqRequest;
import io.jvfio.device.RegionFile;
import io.jvfio.device.RegionInfo;
import io.jvfio.device.RegionMapping;
import io.jvfio.device.VfioDevice;
import io.jvfio.iommu.AddressSpace;
import java.lang.foreign.MemorySegment;
import java.util.Objects;
import java.util.Optional;

/**
 * A device that is another one: every operation goes to the device below, abilities of every type included, and nobody can
 * tell the difference. The start of a wrapper that changes a little, such as one that counts or delays. What changes how a
 * device looks to drivers and clients starts from {@code VariantDevice} instead, which knows what may pass it by.
 *
 * <p>Threads: as the device below.
 */
public class ForwardingDevice implements VfioDevice {
    private final VfioDevice below;

    /**
     * A device that forwards.
     *
     * @param below where to; closed with this
     */
    public ForwardingDevice(VfioDevice below) {
        this.below = Objects.requireNonNull(below, "below");
    }

    /** The device below. */
    protected final VfioDevice below() {
        return below;
    }

    @Override
    public DeviceInfo info() {
        return below.info();
    }

    @Override
    public RegionInfo region(int index) {
        return below.region(index);
    }

    @Override
    public IrqInfo irq(int index) {
        return below.irq(index);
    }

    @Override
    public long readRegister(int region, long offset, int width) {
        return below.readRegister(region, offset, width);
    }

    @Override
    public void writeRegister(int region, long offset, int width, long value) {
        below.writeRegister(region, offset, width, value);
    }

    @Override
    public long modifyRegister(int region, long offset, int width, long mask, long value) {
        return below.modifyRegister(region, offset, width, mask, value);
    }

    @Override
    public int read(int region, long offset, MemorySegment target) {
        return below.read(region, offset, target);
    }

    @Override
    public int write(int region, long offset, MemorySegment source) {
        return below.write(region, offset, source);
    }

    @Override
    public Optional<RegionMapping> map(int region, long offset, long length) {
        return below.map(region, offset, length);
    }

    @Override
    public Optional<RegionFile> file(int region) {
        return below.file(region);
    }

    @Override
    public int setIrqs(IrqRequest request) {
        return below.setIrqs(request);
    }

    @Override
    public void reset() {
        below.reset();
    }

    @Override
    public <R> Optional<R> feature(DeviceFeature<R> request) {
        return below.feature(request);
    }

    @Override
    public <T> Optional<T> ability(Class<T> type) {
        return below.ability(type);
    }

    @Override
    public AddressSpace addressSpace() {
        return below.addressSpace();
    }

    @Override
    public void close() {
        below.close();
    }

    /** What the device below is called. */
    @Override
    public String toString() {
        return below.toString();
    }
}
