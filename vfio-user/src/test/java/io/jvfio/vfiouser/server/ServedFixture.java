// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vfiouser.server;

import io.jvfio.Closing;
import io.jvfio.Errno;
import io.jvfio.Fd;
import io.jvfio.VfioException;
import io.jvfio.device.DeviceFeature;
import io.jvfio.device.DeviceGoneException;
import io.jvfio.device.DeviceInfo;
import io.jvfio.device.IrqInfo;
import io.jvfio.device.IrqRequest;
import io.jvfio.device.PostedRegisters;
import io.jvfio.device.RegionArea;
import io.jvfio.device.RegionFile;
import io.jvfio.device.RegionInfo;
import io.jvfio.device.RegionMapping;
import io.jvfio.device.SlowRegions;
import io.jvfio.device.VfioDevice;
import io.jvfio.internal.sys.Mapping;
import io.jvfio.internal.sys.MemFd;
import io.jvfio.internal.sys.SystemCalls;
import io.jvfio.iommu.Access;
import io.jvfio.iommu.AddressSpace;
import io.jvfio.iommu.DmaPin;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A device to be served: BAR 0 has registers, BAR 2 is memory in a file of which the second page can be mapped, config
 * space has a command register, and there are four vectors of MSI-X. A write of {@link #GO} copies bytes by DMA, on the
 * device's own thread.
 */
final class ServedFixture implements VfioDevice {
    static final int CONFIG = 7;
    static final int REGISTERS = 0x1000;
    static final int MEMORY = 0x4000;
    static final long FROM = 0x100;
    static final long TO = 0x108;
    static final long LENGTH = 0x110;
    static final long GO = 0x118;

    /** 1 when the copy is done, an errno plus 2 when it failed. */
    static final long STATUS = 0x120;

    static final int MSIX = 2;
    static final int VECTORS = 4;

    private static final int[] IRQ_COUNTS = {1, 0, VECTORS, 1, 1};

    final SystemCalls sys = SystemCalls.linux();
    final ServedMemory space = new ServedMemory();
    final List<String> calls = new CopyOnWriteArrayList<>();
    final Fd[] eventfds = new Fd[VECTORS];
    private final Arena arena = Arena.ofShared();
    private final MemFd file = MemFd.of(sys, "served", MEMORY);
    private final Mapping memory = file.map(0, MEMORY);
    private final MemorySegment registers = arena.allocate(REGISTERS, 8);
    private final MemorySegment config = arena.allocate(256, 8);
    private final ExecutorService worker = Executors.newSingleThreadExecutor();

    /** Where the copies run; a test may put them on the server's own thread, which must not work. */
    volatile Executor engine = worker;

    /** How far the descriptor of its memory reaches. */
    volatile RegionFile.Reach fileReach = RegionFile.Reach.AREAS;

    /** How often a file was asked for. */
    final AtomicInteger filesMade = new AtomicInteger();

    /** Whether the file was taken back. */
    volatile boolean revoked;

    /** Who made the last write of a register. */
    volatile Thread writer;

    /** Whether there is a way to take the file back. */
    volatile boolean revocable = true;

    /** Whether it has a reset. */
    volatile boolean resettable = true;

    /** Whether it has been pulled out. */
    volatile boolean gone;

    /** Whether it has been closed. */
    volatile boolean closed;

    /** Whose accesses may wait. */
    volatile SlowRegions slow = SlowRegions.NONE;

    /** Which are doorbells. */
    volatile PostedRegisters posted = PostedRegisters.NONE;

    /** What a reset does besides. */
    volatile Runnable onReset = () -> {};

    ServedFixture() {
        config.set(ValueLayout.JAVA_INT, 0, 0x5678_1234);
    }

    int command() {
        return config.get(ValueLayout.JAVA_SHORT, 4);
    }

    @Override
    public DeviceInfo info() {
        return new DeviceInfo(resettable ? 3 : 2, 9, 5, List.of());
    }

    private MemorySegment bytes(int region) {
        return switch (region) {
            case 0 -> registers;
            case 2 -> memory.memory();
            case CONFIG -> config;
            default -> MemorySegment.NULL;
        };
    }

    @Override
    public RegionInfo region(int index) {
        Objects.checkIndex(index, 9);
        long size = bytes(index).byteSize();
        List<RegionArea> areas = index == 2 ? areas() : List.of();
        return new RegionInfo(index, size == 0 ? 0 : 3, size, areas, List.of());
    }

    private static List<RegionArea> areas() {
        return List.of(new RegionArea(0x1000, 0x1000), new RegionArea(0x3000, 0x800));
    }

    @Override
    public IrqInfo irq(int index) {
        return new IrqInfo(index, IRQ_COUNTS[index] == 0 ? 0 : 1, IRQ_COUNTS[index]);
    }

    @Override
    public long readRegister(int region, long offset, int width) {
        if (gone) {
            throw new DeviceGoneException("read", "the fixture");
        }
        MemorySegment at = bytes(region).asSlice(offset, width);
        return switch (width) {
            case 1 -> at.get(ValueLayout.JAVA_BYTE, 0) & 0xffL;
            case 2 -> at.get(ValueLayout.JAVA_SHORT_UNALIGNED, 0) & 0xffffL;
            case 4 -> at.get(ValueLayout.JAVA_INT_UNALIGNED, 0) & 0xffff_ffffL;
            default -> at.get(ValueLayout.JAVA_LONG_UNALIGNED, 0);
        };
    }

    @Override
    public void writeRegister(int region, long offset, int width, long value) {
        MemorySegment at = bytes(region).asSlice(offset, width);
        for (int i = 0; i < width; i++) {
            at.set(ValueLayout.JAVA_BYTE, i, (byte) (value >>> 8 * i));
        }
        writer = Thread.currentThread();
        calls.add("write" + width + " " + region + ":" + Long.toHexString(offset));
        if (region == 0 && offset == GO) {
            engine.execute(this::copy);
        }
    }

    private void copy() {
        long length = registers.get(ValueLayout.JAVA_LONG, LENGTH);
        long status = 1;
        try (Arena scratch = Arena.ofConfined();
                DmaPin from = new DmaPin();
                DmaPin to = new DmaPin()) {
            MemorySegment bytes = scratch.allocate(length);
            if (space.mappings().pin(registers.get(ValueLayout.JAVA_LONG, FROM), length, Access.READ, from)
                            != DmaPin.Result.PINNED
                    || space.mappings().pin(registers.get(ValueLayout.JAVA_LONG, TO), length, Access.WRITE, to)
                            != DmaPin.Result.PINNED) {
                status = 2 + Errno.EFAULT;
            } else {
                from.read(0, bytes);
                to.write(0, bytes);
            }
        } catch (VfioException e) {
            status = 2L + e.errno();
        }
        registers.set(ValueLayout.JAVA_LONG, STATUS, status);
    }

    @Override
    public long modifyRegister(int region, long offset, int width, long mask, long value) {
        long before = readRegister(region, offset, width);
        writeRegister(region, offset, width, before & ~mask | value & mask);
        return before;
    }

    @Override
    public int read(int region, long offset, MemorySegment target) {
        target.copyFrom(bytes(region).asSlice(offset, target.byteSize()));
        return (int) target.byteSize();
    }

    @Override
    public int write(int region, long offset, MemorySegment source) {
        bytes(region).asSlice(offset, source.byteSize()).copyFrom(source);
        calls.add("write " + region + ":" + Long.toHexString(offset) + "+" + source.byteSize());
        return (int) source.byteSize();
    }

    @Override
    public Optional<RegionMapping> map(int region, long offset, long length) {
        return Optional.empty();
    }

    @Override
    public Optional<RegionFile> file(int region) {
        filesMade.incrementAndGet();
        return region == 2
                ? Optional.of(new RegionFile(file.fd(), 0, areas(), fileReach, this::revoke))
                : Optional.empty();
    }

    private boolean revoke() {
        calls.add("revoke");
        revoked = revocable;
        return revocable;
    }

    @Override
    public synchronized int setIrqs(IrqRequest request) {
        calls.add("irqs " + request.index() + " " + request.action() + " " + request.start() + "+" + request.count());
        if (request.data() instanceof IrqRequest.EventFds assigned) {
            if (request.count() == VECTORS) {
                return VECTORS - 1;
            }
            for (int i = 0; i < request.count(); i++) {
                Fd fd = assigned.fds().get(i);
                replace(request.start() + i, fd == null ? null : fd.duplicate());
            }
        } else if (request.count() == 0) {
            for (int i = 0; i < VECTORS; i++) {
                replace(i, null);
            }
        }
        return 0;
    }

    private void replace(int vector, Fd eventfd) {
        if (eventfds[vector] != null) {
            eventfds[vector].close();
        }
        eventfds[vector] = eventfd;
    }

    synchronized long assigned() {
        return Arrays.stream(eventfds).filter(Objects::nonNull).count();
    }

    @Override
    public void reset() {
        calls.add("reset");
        onReset.run();
        config.set(ValueLayout.JAVA_SHORT, 4, (short) 0);
    }

    @Override
    @SuppressWarnings("unchecked")
    public <R> Optional<R> feature(DeviceFeature<R> request) {
        if (request.equals(new DeviceFeature.Probe(10, DeviceFeature.Direction.PROBE_SET))) {
            return Optional.of((R) DeviceFeature.Done.DONE);
        }
        if (request instanceof DeviceFeature.BusMaster master) {
            config.set(ValueLayout.JAVA_SHORT, 4, (short) (master.on() ? 4 : 0));
            return Optional.of((R) DeviceFeature.Done.DONE);
        }
        return Optional.empty();
    }

    @Override
    public <T> Optional<T> ability(Class<T> type) {
        if (type == PostedRegisters.class) {
            return Optional.of(type.cast(posted));
        }
        return type == SlowRegions.class ? Optional.of(type.cast(slow)) : Optional.empty();
    }

    @Override
    public AddressSpace addressSpace() {
        return space;
    }

    List<String> calls() {
        return new ArrayList<>(calls);
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        worker.close();
        for (int i = 0; i < VECTORS; i++) {
            replace(i, null);
        }
        Closing steps = new Closing();
        steps.attempt(space::close);
        steps.attempt(memory::close);
        steps.attempt(file::close);
        steps.attempt(arena::close);
        steps.throwFirst();
    }
}
