// SPDX-License-Identifier: Apache-2.0
package io.jvfio.benchmarks.baseline;

import io.jvfio.Fd;
import io.jvfio.device.DeviceFeature;
import io.jvfio.device.DeviceInfo;
import io.jvfio.device.IrqInfo;
import io.jvfio.device.IrqRequest;
import io.jvfio.device.RegionArea;
import io.jvfio.device.RegionFile;
import io.jvfio.device.RegionInfo;
import io.jvfio.device.RegionMapping;
import io.jvfio.device.VfioDevice;
import io.jvfio.internal.sys.Descriptor;
import io.jvfio.internal.sys.Mapping;
import io.jvfio.internal.sys.MemFd;
import io.jvfio.internal.sys.SystemCalls;
import io.jvfio.internal.sys.ThreadMemory;
import io.jvfio.iommu.AddressSpace;
import io.jvfio.mmio.RegisterPort;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A device whose one BAR is a page of a memory file and whose one MSI vector fires when somebody writes its eventfd: what
 * is left of an access is the cost of jvfio and of the system call. Registers are real memory, as a mapped BAR is, but
 * cached.
 *
 * <p>Threads: for the benchmark's thread.
 */
public final class MemoryDevice implements VfioDevice, RegisterPort {
    /** The size of the BAR in bytes. */
    public static final long SIZE = 4096;

    private static final int BARS = 1;
    private static final int MSI = 1;
    private static final int FLAGS_READ_WRITE = 3;
    private static final int IRQ_FLAGS = 9;
    private static final String NAME = "benchmark";
    private static final ValueLayout.OfShort LE_16 = ValueLayout.JAVA_SHORT.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt LE_32 = ValueLayout.JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LE_64 = ValueLayout.JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final MemFd file;
    private final Mapping mapping;
    private final Descriptor descriptor;
    private @Nullable Fd eventfd;
    private final RegionInfo bar =
            new RegionInfo(0, FLAGS_READ_WRITE, SIZE, List.of(new RegionArea(0, SIZE)), List.of());

    /** A device of its own memory. */
    public MemoryDevice(SystemCalls sys) {
        file = MemFd.of(sys, NAME, SIZE);
        mapping = file.map(0, SIZE);
        descriptor = file.fd().duplicate();
    }

    /** The BAR as this process sees it. */
    public MemorySegment memory() {
        return mapping.memory();
    }

    /** The file behind the BAR, borrowed. */
    public Descriptor file() {
        return descriptor;
    }

    /** The eventfd that the vector has got, borrowed: for who signals in the place of a kernel. */
    public Fd eventfd() {
        return Objects.requireNonNull(eventfd);
    }

    /** What a carrier of the kernel does for a register: the checks, and pread into memory of this thread. */
    @Override
    public long read(long offset, int width) {
        bar.checkRegister(offset, width, true, NAME);
        MemorySegment scratch = ThreadMemory.current().scratch();
        check(descriptor.pread(scratch, width, offset), width);
        return switch (width) {
            case Byte.BYTES -> Byte.toUnsignedLong(scratch.get(ValueLayout.JAVA_BYTE, 0));
            case Short.BYTES -> Short.toUnsignedLong(scratch.get(LE_16, 0));
            case Integer.BYTES -> Integer.toUnsignedLong(scratch.get(LE_32, 0));
            default -> scratch.get(LE_64, 0);
        };
    }

    @Override
    public void write(long offset, int width, long value) {
        bar.checkRegister(offset, width, true, NAME);
        MemorySegment scratch = ThreadMemory.current().scratch();
        scratch.set(LE_64, 0, value);
        check(descriptor.pwrite(scratch, width, offset), width);
    }

    private static void check(long moved, int width) {
        if (moved != width) {
            throw new IllegalStateException("the access gave " + moved);
        }
    }

    @Override
    public DeviceInfo info() {
        return new DeviceInfo(0, BARS, MSI + 1, List.of());
    }

    @Override
    public RegionInfo region(int index) {
        return bar;
    }

    @Override
    public IrqInfo irq(int index) {
        return new IrqInfo(index, IRQ_FLAGS, index == MSI ? 1 : 0);
    }

    @Override
    public long readRegister(int region, long offset, int width) {
        return read(offset, width);
    }

    @Override
    public void writeRegister(int region, long offset, int width, long value) {
        write(offset, width, value);
    }

    @Override
    public long modifyRegister(int region, long offset, int width, long mask, long value) {
        long before = readRegister(region, offset, width);
        writeRegister(region, offset, width, before & ~mask | value & mask);
        return before;
    }

    @Override
    public int read(int region, long offset, MemorySegment target) {
        return (int) descriptor.pread(target, target.byteSize(), offset);
    }

    @Override
    public int write(int region, long offset, MemorySegment source) {
        return (int) descriptor.pwrite(source, source.byteSize(), offset);
    }

    @Override
    public Optional<RegionMapping> map(int region, long offset, long length) {
        return Optional.empty();
    }

    @Override
    public Optional<RegionFile> file(int region) {
        return Optional.of(new RegionFile(descriptor, 0, region(region).mmapAreas(), RegionFile.Reach.REGION));
    }

    @Override
    public int setIrqs(IrqRequest request) {
        if (request.assigns() && request.data() instanceof IrqRequest.EventFds assigned) {
            eventfd = assigned.fds().getFirst();
        }
        return 0;
    }

    @Override
    public void reset() {
        mapping.memory().fill((byte) 0);
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
        throw new UnsupportedOperationException("this device has no DMA");
    }

    @Override
    public void close() {
        descriptor.close();
        mapping.close();
        file.close();
    }
}
