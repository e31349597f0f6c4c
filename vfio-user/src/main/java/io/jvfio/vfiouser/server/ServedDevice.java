// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vfiouser.server;

import io.jvfio.Closing;
import io.jvfio.device.DeviceFeature;
import io.jvfio.device.DeviceInfo;
import io.jvfio.device.InfoCapability;
import io.jvfio.device.IrqHeldException;
import io.jvfio.device.IrqInfo;
import io.jvfio.device.IrqOwner;
import io.jvfio.device.IrqRequest;
import io.jvfio.device.Quiesce;
import io.jvfio.device.RegionArea;
import io.jvfio.device.RegionFile;
import io.jvfio.device.RegionInfo;
import io.jvfio.device.VfioDevice;
import io.jvfio.device.VfioPci;
import io.jvfio.pci.config.PciRegisters;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The device as clients see it, and how it is taken back from one.
 *
 * <p>A PCI device has nine regions and five interrupt indexes for a client that has not agreed to more: some clients have
 * no room for others, and QEMU insists on the first eight.
 *
 * <p>Threads: thread-safe, as far as the device is.
 */
final class ServedDevice {
    private final VfioDevice device;
    private final boolean trustClient;
    private final IrqOwner client = IrqOwner.of("a client of the vfio-user server");

    /** What the client of now has been given, by region: a region that is asked for again has the same file. */
    private final Map<Integer, RegionFile> given = new ConcurrentHashMap<>();

    ServedDevice(VfioDevice device, boolean trustClient) {
        this.device = device;
        this.trustClient = trustClient;
    }

    VfioDevice device() {
        return device;
    }

    /** Who asks for the device's interrupts on behalf of the client. */
    IrqOwner client() {
        return client;
    }

    boolean isConfigSpace(int region) {
        return device.info().isConfigSpace(region);
    }

    /** What the client is told. */
    DeviceInfo info(boolean addedRegions) {
        DeviceInfo all = device.info();
        int flags = all.flags() & (VfioPci.VFIO_DEVICE_FLAGS_RESET | VfioPci.VFIO_DEVICE_FLAGS_PCI);
        return new DeviceInfo(
                flags,
                regionCount(addedRegions),
                all.pci() ? Math.max(all.irqCount(), VfioPci.VFIO_PCI_NUM_IRQS) : all.irqCount(),
                addedRegions ? all.capabilities() : List.of());
    }

    /** How many regions the client can ask for. */
    int regionCount(boolean addedRegions) {
        DeviceInfo all = device.info();
        if (!all.pci()) {
            return all.regionCount();
        }
        return addedRegions ? Math.max(all.regionCount(), VfioPci.VFIO_PCI_NUM_REGIONS) : VfioPci.VFIO_PCI_NUM_REGIONS;
    }

    /** A region, or one of size 0 where the device has none of that index. */
    RegionInfo region(int index) {
        return index < device.info().regionCount() ? device.region(index) : RegionInfo.absent(index);
    }

    /** An interrupt index, or one without vectors where the device has none of that index. */
    IrqInfo irq(int index) {
        return index < device.info().irqCount() ? device.irq(index) : IrqInfo.absent(index);
    }

    /**
     * The file that a client may map a region from. One that reaches more than the region, as that of a kernel device and
     * each that came from another process, is for a trusted client alone.
     */
    @Nullable RegionFile file(int index) {
        if (index >= device.info().regionCount()) {
            return null;
        }
        return given.compute(
                index, (same, before) -> before != null && before.fd().isOpen() ? before : permitted(same));
    }

    private @Nullable RegionFile permitted(int index) {
        return device.file(index)
                .filter(file -> trustClient || file.reach() != RegionFile.Reach.DEVICE)
                .filter(file -> file.areas().stream().anyMatch(area -> area.size() > 0))
                .orElse(null);
    }

    /** What the client is told of a region. At most one area is offered, as some clients want a descriptor for each. */
    RegionInfo describe(RegionInfo region, @Nullable RegionFile file, boolean addedRegions) {
        int flags = region.flags() & (VfioPci.VFIO_REGION_INFO_FLAG_READ | VfioPci.VFIO_REGION_INFO_FLAG_WRITE);
        List<InfoCapability> chain = new ArrayList<>();
        if (file != null) {
            flags |= VfioPci.VFIO_REGION_INFO_FLAG_MMAP;
            RegionArea largest = largest(file).orElseThrow();
            if (largest.offset() != 0 || largest.size() < region.size()) {
                chain.add(InfoCapability.sparse(List.of(largest)));
            }
        }
        for (InfoCapability capability : region.capabilities()) {
            boolean sent = switch (capability.id()) {
                case VfioPci.VFIO_REGION_INFO_CAP_SPARSE_MMAP -> false;
                case VfioPci.VFIO_REGION_INFO_CAP_MSIX_MAPPABLE -> file != null;
                default -> addedRegions;
            };
            if (sent) {
                chain.add(capability);
            }
        }
        return new RegionInfo(region.index(), flags, region.size(), List.of(), chain);
    }

    private static Optional<RegionArea> largest(RegionFile file) {
        return file.areas().stream().max(Comparator.comparingLong(RegionArea::size));
    }

    /**
     * Takes the device back from a client that has gone, so that the next one finds it as after open: at rest, bus master off,
     * interrupts off, nothing mapped, reset, files taken back. Every step is done even if one fails.
     *
     * @param memory what the client had mapped
     * @param lowPower whether the client has let the device sleep
     * @throws RuntimeException the first failure
     */
    void takeBack(ClientMemory memory, boolean lowPower) {
        Closing steps = new Closing();
        Quiesce.run(device);
        if (lowPower) {
            steps.attempt(() -> device.feature(new DeviceFeature.LowPowerExit()));
        }
        if (device.info().pci()) {
            steps.attempt(this::masterOff);
        }
        for (int index = 0; index < device.info().irqCount(); index++) {
            int each = index;
            if (device.irq(index).count() > 0) {
                steps.attemptUnless(
                        IrqHeldException.class,
                        () -> device.setIrqs(IrqRequest.disable(each).by(client)));
            }
        }
        // What still cannot be unmapped is tried again after the reset.
        new Closing().attempt(memory::release);
        if (device.info().resettable()) {
            steps.attempt(device::reset);
        }
        if (memory.size() > 0) {
            // What the device did not let go of before the reset it may after it.
            steps.attempt(memory::release);
        }
        steps.attempt(this::takeFilesBack);
        steps.throwFirst();
    }

    /** What the client still has mapped is the device's no more, as far as the carrier has a way. */
    private void takeFilesBack() {
        Closing steps = new Closing();
        given.values().forEach(file -> steps.attempt(file::revoke));
        given.clear();
        steps.throwFirst();
    }

    private void masterOff() {
        device.modifyRegister(
                VfioPci.VFIO_PCI_CONFIG_REGION_INDEX,
                PciRegisters.COMMAND,
                Short.BYTES,
                PciRegisters.COMMAND_MASTER,
                0);
    }
}
