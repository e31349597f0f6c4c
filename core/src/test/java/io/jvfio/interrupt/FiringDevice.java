// SPDX-License-Identifier: Apache-2.0
package io.jvfio.interrupt;

import io.jvfio.Errno;
import io.jvfio.Fd;
import io.jvfio.VfioException;
import io.jvfio.device.DeviceFeature;
import io.jvfio.device.DeviceInfo;
import io.jvfio.device.IrqInfo;
import io.jvfio.device.IrqRequest;
import io.jvfio.device.IrqRequest.Action;
import io.jvfio.device.RegionFile;
import io.jvfio.device.RegionInfo;
import io.jvfio.device.RegionMapping;
import io.jvfio.device.VfioDevice;
import io.jvfio.internal.sys.SystemCalls;
import io.jvfio.iommu.AddressSpace;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A device that only interrupts. It keeps duplicates of the eventfds that it is assigned and writes to them when told, and
 * it refuses what the kernel refuses: a second index at a time, and more vectors than it was enabled with where the index
 * is not resizable.
 *
 * <p>Threads: thread-safe.
 */
final class FiringDevice implements VfioDevice {
    private static final int EVENTFD = 1;
    private static final int MASKABLE = 2;
    private static final int AUTOMASKED = 4;
    private static final int NORESIZE = 8;

    private static final MemorySegment ONE = word(1);

    private final SystemCalls sys;
    private final IrqInfo[] irqs = {
        new IrqInfo(0, EVENTFD | MASKABLE | AUTOMASKED | NORESIZE, 1),
        new IrqInfo(1, EVENTFD | NORESIZE, 32),
        new IrqInfo(2, EVENTFD, 2048),
        new IrqInfo(3, EVENTFD | NORESIZE, 1),
        new IrqInfo(4, EVENTFD | NORESIZE, 1)
    };
    private final Map<Integer, Map<Integer, Fd>> assigned = new HashMap<>();
    private final List<IrqRequest> requests = new ArrayList<>();
    private int obtainable = Integer.MAX_VALUE;
    private int allocated;
    private boolean masked;
    private boolean pending;
    private @Nullable Fd unmaskOn;
    private UnaryOperator<IrqRequest> filter = UnaryOperator.identity();

    FiringDevice(SystemCalls sys) {
        this.sys = sys;
    }

    private static MemorySegment word(long value) {
        MemorySegment word = Arena.ofAuto().allocate(ValueLayout.JAVA_LONG);
        word.set(ValueLayout.JAVA_LONG, 0, value);
        return word;
    }

    /** Has only so many vectors of an index. */
    synchronized FiringDevice with(InterruptType type, int count) {
        return with(type.index(), count);
    }

    synchronized FiringDevice with(int index, int count) {
        irqs[index] = new IrqInfo(index, irqs[index].flags(), count);
        return this;
    }

    /** INTx is delivered and cannot be masked, and does not mask itself, as behind libvfio-user's servers. */
    synchronized FiringDevice unmaskable() {
        irqs[0] = new IrqInfo(0, EVENTFD, 1);
        return this;
    }

    /** No more than so many vectors can be had, though the device has more. */
    synchronized void obtainable(int vectors) {
        obtainable = vectors;
    }

    /** Sees each request first, and may throw. */
    synchronized void intercept(UnaryOperator<IrqRequest> before) {
        filter = before;
    }

    synchronized List<IrqRequest> requests() {
        return List.copyOf(requests);
    }

    /** How many eventfds it holds. */
    synchronized int held() {
        return assigned.values().stream().mapToInt(Map::size).sum() + (unmaskOn == null ? 0 : 1);
    }

    synchronized boolean masked() {
        return masked;
    }

    /** Interrupts, if the vector has an eventfd. An INTx that is masked is latched. */
    void fire(InterruptType type, int vector) {
        fire(type.index(), vector);
    }

    void fire(int index, int vector) {
        Fd fd;
        synchronized (this) {
            if (index == 0) {
                if (masked) {
                    pending = true;
                    return;
                }
                masked = assigned.containsKey(0) && irqs[0].automasked();
            }
            fd = assigned.getOrDefault(index, Map.of()).get(vector);
        }
        if (fd != null) {
            signal(fd);
        }
    }

    /** What the kernel does when the resample eventfd is written: it takes the count and unmasks. */
    boolean resample() {
        MemorySegment word = word(0);
        synchronized (this) {
            Fd fd = unmaskOn;
            if (fd == null || sys.read(fd.acquire(), word, Long.BYTES) < 0) {
                return false;
            }
            fd.release();
        }
        unmask();
        return true;
    }

    private void signal(Fd fd) {
        int number;
        try {
            number = fd.acquire();
        } catch (IllegalStateException e) {
            return; // taken away at this moment
        }
        try {
            long written = sys.write(number, ONE, Long.BYTES);
            if (written != Long.BYTES) {
                throw new AssertionError("write to an eventfd returned " + written);
            }
        } finally {
            fd.release();
        }
    }

    @Override
    public int setIrqs(IrqRequest request) {
        UnaryOperator<IrqRequest> before;
        synchronized (this) {
            before = filter;
        }
        IrqRequest wanted = before.apply(request);
        if (wanted.action() != Action.TRIGGER && !irqs[wanted.index()].maskable()) {
            throw refuse(wanted);
        }
        if (wanted.action() == Action.UNMASK && wanted.data() instanceof IrqRequest.None) {
            record(wanted);
            unmask();
            return 0;
        }
        if (wanted.action() == Action.TRIGGER && wanted.data() instanceof IrqRequest.None && wanted.count() > 0) {
            record(wanted);
            for (int vector = wanted.start(); vector < wanted.start() + wanted.count(); vector++) {
                fire(wanted.index(), vector);
            }
            return 0;
        }
        return change(wanted);
    }

    private synchronized void record(IrqRequest request) {
        requests.add(request);
    }

    private synchronized int change(IrqRequest request) {
        record(request);
        int index = request.index();
        if (request.start() + request.count() > irqs[index].count()) {
            throw refuse(request);
        }
        switch (request.action()) {
            case MASK -> masked = true;
            case UNMASK ->
                keepUnmaskOn(((IrqRequest.EventFds) request.data()).fds().getFirst());
            case TRIGGER -> {
                if (request.count() == 0) {
                    turnOff(index);
                } else {
                    return assign(request, ((IrqRequest.EventFds) request.data()).fds());
                }
            }
        }
        return 0;
    }

    private void keepUnmaskOn(@Nullable Fd fd) {
        if (unmaskOn != null) {
            unmaskOn.close();
        }
        unmaskOn = fd == null ? null : fd.duplicate();
    }

    private int assign(IrqRequest request, List<@Nullable Fd> fds) {
        int index = request.index();
        boolean ofDevice = index <= InterruptType.MSIX.index();
        boolean enabled = assigned.containsKey(index);
        int end = request.start() + request.count();
        if (ofDevice && !enabled && assigned.keySet().stream().anyMatch(other -> other <= 2)) {
            throw refuse(request);
        }
        if (ofDevice && end > obtainable) {
            return obtainable;
        }
        if (ofDevice && enabled && end > allocated && !irqs[index].resizable()) {
            throw refuse(request);
        }
        allocated = ofDevice ? Math.max(allocated, end) : allocated;
        Map<Integer, Fd> vectors = assigned.computeIfAbsent(index, unused -> new HashMap<>());
        for (int i = 0; i < fds.size(); i++) {
            Fd fd = fds.get(i);
            Fd before =
                    fd == null ? vectors.remove(request.start() + i) : vectors.put(request.start() + i, fd.duplicate());
            if (before != null) {
                before.close();
            }
        }
        return 0;
    }

    private void turnOff(int index) {
        Map<Integer, Fd> vectors = assigned.remove(index);
        if (vectors != null) {
            vectors.values().forEach(Fd::close);
        }
        if (index <= InterruptType.MSIX.index()) {
            allocated = 0;
            masked = false;
            keepUnmaskOn(null);
        }
    }

    private void unmask() {
        boolean again;
        synchronized (this) {
            masked = false;
            again = pending;
            pending = false;
        }
        if (again) {
            fire(InterruptType.INTX, 0);
        }
    }

    private static VfioException refuse(IrqRequest request) {
        return new VfioException("VFIO_DEVICE_SET_IRQS", Errno.EINVAL, request.toString(), "");
    }

    @Override
    public DeviceInfo info() {
        return new DeviceInfo(2, 9, irqs.length, List.of());
    }

    @Override
    public synchronized IrqInfo irq(int index) {
        return irqs[index];
    }

    @Override
    public synchronized void close() {
        for (int index = 0; index < irqs.length; index++) {
            turnOff(index);
        }
    }

    @Override
    public RegionInfo region(int index) {
        throw new IndexOutOfBoundsException(index);
    }

    @Override
    public long readRegister(int region, long offset, int width) {
        throw new IndexOutOfBoundsException(region);
    }

    @Override
    public void writeRegister(int region, long offset, int width, long value) {
        throw new IndexOutOfBoundsException(region);
    }

    @Override
    public long modifyRegister(int region, long offset, int width, long mask, long value) {
        long before = readRegister(region, offset, width);
        writeRegister(region, offset, width, before & ~mask | value & mask);
        return before;
    }

    @Override
    public int read(int region, long offset, MemorySegment target) {
        throw new IndexOutOfBoundsException(region);
    }

    @Override
    public int write(int region, long offset, MemorySegment source) {
        throw new IndexOutOfBoundsException(region);
    }

    @Override
    public Optional<RegionMapping> map(int region, long offset, long length) {
        throw new IndexOutOfBoundsException(region);
    }

    @Override
    public Optional<RegionFile> file(int region) {
        throw new IndexOutOfBoundsException(region);
    }

    @Override
    public void reset() {
        // Assignments are kept.
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
        throw new UnsupportedOperationException("a device without DMA");
    }
}
