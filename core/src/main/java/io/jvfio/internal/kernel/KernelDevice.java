// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.kernel;

import static io.jvfio.internal.uapi.VfioApi.VFIO_DEVICE_RESET;
import static io.jvfio.internal.uapi.VfioDeviceInfo.VFIO_DEVICE_GET_INFO;
import static io.jvfio.internal.uapi.VfioIrqInfo.VFIO_DEVICE_GET_IRQ_INFO;

import io.jvfio.Closing;
import io.jvfio.Errno;
import io.jvfio.Fd;
import io.jvfio.VfioException;
import io.jvfio.carrier.Abilities;
import io.jvfio.carrier.CarrierContext;
import io.jvfio.carrier.IrqOwners;
import io.jvfio.carrier.OpenMappings;
import io.jvfio.device.DeviceFeature;
import io.jvfio.device.DeviceInfo;
import io.jvfio.device.HotReset;
import io.jvfio.device.IrqInfo;
import io.jvfio.device.IrqRequest;
import io.jvfio.device.NearestNode;
import io.jvfio.device.Reattachable;
import io.jvfio.device.RegionFile;
import io.jvfio.device.RegionInfo;
import io.jvfio.device.RegionMapping;
import io.jvfio.device.VfioDevice;
import io.jvfio.device.ZpciErrors;
import io.jvfio.internal.sys.Abi;
import io.jvfio.internal.sys.Descriptor;
import io.jvfio.internal.sys.HasCalls;
import io.jvfio.internal.sys.Mapping;
import io.jvfio.internal.sys.SystemCalls;
import io.jvfio.internal.uapi.VfioDeviceInfo;
import io.jvfio.internal.uapi.VfioIrqInfo;
import io.jvfio.interrupt.Notices;
import io.jvfio.iommu.AddressSpace;
import io.jvfio.variant.FunctionFacts;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A device of the Linux kernel, opened through its group or by its own node.
 *
 * <p>Threads: thread-safe. Register access takes no lock.
 */
final class KernelDevice implements VfioDevice {
    private final SystemCalls sys;
    private final String name;
    private final Membership membership;
    private final Descriptor fd;
    private final @Nullable AddressSpace privateSpace;
    private volatile DeviceInfo info;
    private final RegionTable regions;
    private final List<IrqInfo> irqs;
    private final RegisterAccess registers;
    private final Abilities abilities;
    private final OpenMappings mappings = new OpenMappings();
    private final IrqOwners irqOwners;

    private KernelDevice(
            CarrierContext context,
            String name,
            @Nullable FunctionFacts facts,
            Membership membership,
            @Nullable AddressSpace privateSpace) {
        this.sys = HasCalls.of(context);
        this.name = name;
        this.membership = membership;
        this.fd = membership.device();
        this.privateSpace = privateSpace;
        this.irqOwners = new IrqOwners(context, name, request -> IrqSets.set(fd, request, name));
        this.info = readInfo();
        this.regions = RegionTable.read(fd, info.regionCount(), Abi.host().loadsReachBars(), name);
        this.irqs = readIrqs();
        this.registers = new RegisterAccess(fd, regions, info, name);
        this.abilities = findAbilities(facts);
    }

    private Abilities findAbilities(@Nullable FunctionFacts facts) {
        Abilities found = Abilities.none().with(Fd.class, fd).with(Notices.class, irqOwners.notices());
        if (facts != null) {
            found = found.with(FunctionFacts.class, facts);
            if (facts.numaNode() >= 0) {
                found = found.with(NearestNode.class, new NearestNode(facts.numaNode()));
            }
        }
        Reattachable reattachable = membership.reattachable();
        if (reattachable != null) {
            found = found.with(Reattachable.class, reattachable);
        }
        Optional<ZpciErrors> errors = KernelZpciErrors.of(fd, info, name);
        if (errors.isPresent()) {
            found = found.with(ZpciErrors.class, errors.get());
        }
        return info.pci()
                ? found.with(
                        HotReset.class,
                        new KernelHotReset(fd, membership.group(), registers, this::readInfoAgain, name))
                : found;
    }

    /** What its capabilities say may be another after a reset, as the handle of a zPCI function is. */
    private void readInfoAgain() {
        if (!info.capabilities().isEmpty()) {
            info = readInfo();
        }
    }

    /**
     * Reads what the device says of itself, and listens to what it tells.
     *
     * @param facts what the host knows of it, or null
     * @param membership taken over, also on failure
     * @param privateSpace the space to close after the device, or null if somebody else owns it; taken over
     */
    static KernelDevice of(
            CarrierContext context,
            String name,
            @Nullable FunctionFacts facts,
            Membership membership,
            @Nullable AddressSpace privateSpace) {
        try {
            KernelDevice device = new KernelDevice(context, name, facts, membership, privateSpace);
            device.irqOwners.watch(device);
            return device;
        } catch (RuntimeException e) {
            membership.close();
            throw e;
        }
    }

    private DeviceInfo readInfo() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment segment =
                    Ioctls.info(arena, fd, VFIO_DEVICE_GET_INFO, VfioDeviceInfo.STRUCT, VfioDeviceInfo.request(), name);
            VfioDeviceInfo raw = VfioDeviceInfo.STRUCT.read(segment);
            return new DeviceInfo(
                    raw.flags(),
                    raw.numRegions(),
                    raw.numIrqs(),
                    raw.capabilities(segment).capabilities());
        }
    }

    private List<IrqInfo> readIrqs() {
        List<IrqInfo> result = new ArrayList<>();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment segment = arena.allocate(VfioIrqInfo.STRUCT.layout());
            for (int index = 0; index < info.irqCount(); index++) {
                VfioIrqInfo.STRUCT.fill(segment, VfioIrqInfo.request(index));
                int done = fd.ioctl(VFIO_DEVICE_GET_IRQ_INFO.request(), segment);
                if (done == -Errno.EINVAL) {
                    // The kernel's way to say that there is no such index, ERR on a conventional device for example.
                    result.add(IrqInfo.absent(index));
                    continue;
                }
                Ioctls.check(done, VFIO_DEVICE_GET_IRQ_INFO.name(), name + " irq index " + index);
                VfioIrqInfo irq = VfioIrqInfo.STRUCT.read(segment);
                result.add(new IrqInfo(index, irq.flags(), irq.count()));
            }
        }
        return List.copyOf(result);
    }

    @Override
    public DeviceInfo info() {
        return info;
    }

    @Override
    public RegionInfo region(int index) {
        return regions.info(index);
    }

    @Override
    public IrqInfo irq(int index) {
        return irqs.get(Objects.checkIndex(index, irqs.size()));
    }

    @Override
    public long readRegister(int region, long offset, int width) {
        return registers.read(region, offset, width);
    }

    @Override
    public void writeRegister(int region, long offset, int width, long value) {
        registers.write(region, offset, width, value);
    }

    @Override
    public long modifyRegister(int region, long offset, int width, long mask, long value) {
        return registers.modify(region, offset, width, mask, value);
    }

    @Override
    public int read(int region, long offset, MemorySegment target) {
        return registers.readBytes(region, offset, target);
    }

    @Override
    public int write(int region, long offset, MemorySegment source) {
        return registers.writeBytes(region, offset, source);
    }

    @Override
    public Optional<RegionMapping> map(int region, long offset, long length) {
        RegionInfo target = regions.info(region);
        if (!target.checkMap(offset, length, sys.pageSize())) {
            checkOpen();
            return Optional.empty();
        }
        int protection = (target.readable() ? Abi.PROT_READ : 0) | (target.writable() ? Abi.PROT_WRITE : 0);
        Mapping memory = Mapping.ofFile(sys, fd, regions.fileOffset(region) + offset, length, protection);
        return Optional.of(mappings.add(RegionMapping.of(memory.memory(), offset, memory::close), this::checkOpen));
    }

    private void checkOpen() {
        if (!fd.isOpen()) {
            throw new IllegalStateException(name + " is closed");
        }
    }

    @Override
    public Optional<RegionFile> file(int region) {
        RegionInfo target = regions.info(region);
        return target.exists()
                ? Optional.of(
                        new RegionFile(fd, regions.fileOffset(region), target.mmapAreas(), RegionFile.Reach.DEVICE))
                : Optional.empty();
    }

    @Override
    public int setIrqs(IrqRequest request) {
        irq(request.index());
        return irqOwners.set(request);
    }

    @Override
    public void reset() {
        if (!info.resettable()) {
            checkOpen();
            throw new VfioException(
                    VFIO_DEVICE_RESET.name(),
                    Errno.ENOTTY,
                    name,
                    "the kernel knows no way to reset this function alone");
        }
        // The kernel saves the header and restores it after the reset, bus mastering included.
        boolean cleared = !info.pci() || registers.clearBusMasterIfPossible();
        Ioctls.ioctl(fd, VFIO_DEVICE_RESET, 0, name);
        if (!cleared) {
            registers.clearBusMaster();
        }
        readInfoAgain();
    }

    @Override
    public <R> Optional<R> feature(DeviceFeature<R> request) {
        return Features.ask(fd, request, name);
    }

    @Override
    public AddressSpace addressSpace() {
        return membership.space();
    }

    @Override
    public <T> Optional<T> ability(Class<T> type) {
        return abilities.find(type);
    }

    @Override
    public void close() {
        try (privateSpace;
                membership) {
            Closing steps = new Closing();
            steps.attempt(irqOwners::close);
            mappings.closeAll(steps);
            steps.throwFirst();
        }
    }

    /** The name in sysfs. */
    @Override
    public String toString() {
        return name;
    }
}
