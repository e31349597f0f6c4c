// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vfiouser.server;

import io.jvfio.Closing;
import io.jvfio.Errno;
import io.jvfio.VfioException;
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
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
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
    /** Of a device that is not there any more. */
    static final String GONE = "the device is gone";

    private static final System.Logger LOG = System.getLogger("io.jvfio");

    private final VfioDevice device;
    private final boolean trustClient;
    private final IrqOwner client;

    /** What the client of now has been given, by region: a region that is asked for again has the same file. */
    private final Map<Integer, RegionFile> given = new ConcurrentHashMap<>();

    private final SavedConfig config;

    /**
     * A device as it is to be found by each client.
     *
     * @param endClient ends the client of now, which has held up the device; does not wait
     */
    ServedDevice(VfioDevice device, boolean trustClient, Runnable endClient) {
        this.client = IrqOwner.of("a client of the vfio-user server", endClient);
        this.device = device;
        this.config = SavedConfig.of(device);
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

    /**
     * What the client is told of a region.
     *
     * @param allAreas whether all that can be mapped is told; else the largest part alone, as some clients want a descriptor
     *     for each
     */
    RegionInfo describe(RegionInfo region, @Nullable RegionFile file, boolean addedRegions, boolean allAreas) {
        int flags = region.flags() & (VfioPci.VFIO_REGION_INFO_FLAG_READ | VfioPci.VFIO_REGION_INFO_FLAG_WRITE);
        List<InfoCapability> chain = new ArrayList<>();
        if (file != null) {
            flags |= VfioPci.VFIO_REGION_INFO_FLAG_MMAP;
            List<RegionArea> told =
                    allAreas ? file.areas() : List.of(largest(file).orElseThrow());
            if (told.size() > 1
                    || told.getFirst().offset() != 0
                    || told.getFirst().size() < region.size()) {
                chain.add(InfoCapability.sparse(told));
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

    /** Whether the device is there: whether its config space answers, if it has any. */
    boolean isPresent() {
        if (!device.info().pci()) {
            return true;
        }
        try {
            return device.readRegister(VfioPci.VFIO_PCI_CONFIG_REGION_INDEX, PciRegisters.VENDOR_ID, Short.BYTES)
                    != PciRegisters.NO_ANSWER_16;
        } catch (VfioException e) {
            return e.errno() != Errno.ENODEV;
        } catch (IllegalStateException closed) {
            return false;
        }
    }

    /**
     * Takes the device back from a client that has gone, so that the next one finds it as after open: at rest, bus master off,
     * interrupts off, nothing mapped, files taken back, reset. Every step is done even if one fails.
     *
     * <p>The reset comes after the files: what the client writes by a mapping that it keeps is undone, or reaches nothing.
     *
     * @param memory what the client had mapped
     * @param lowPower whether the client has let the device sleep
     * @return why the device is not as after open, a line each; empty if it is
     */
    List<String> takeBack(ClientMemory memory, boolean lowPower) {
        Findings findings = new Findings();
        Quiesce.run(device);
        if (lowPower) {
            findings.attempt("it stays asleep", () -> device.feature(new DeviceFeature.LowPowerExit()));
        }
        if (device.info().pci()) {
            findings.attempt("bus mastering stays on", this::masterOff);
        }
        findings.attempt("its interrupts stay assigned", this::interruptsOff);
        // What still cannot be unmapped is tried again after the reset.
        new Closing().attempt(memory::release);
        takeFilesBack(findings);
        if (device.info().resettable()) {
            findings.attempt("it cannot be reset", device::reset);
        } else {
            findings.add("it has no reset");
        }
        findings.attempt("the client's values stay", () -> config.restore(device));
        if (memory.size() > 0) {
            // What the device did not let go of before the reset it may after it.
            findings.attempt("it keeps memory of the client", memory::release);
        }
        memory.abandon();
        return findings.lines();
    }

    private void interruptsOff() {
        Closing steps = new Closing();
        for (int index = 0; index < device.info().irqCount(); index++) {
            int each = index;
            steps.attempt(() -> {
                if (device.irq(each).count() > 0) {
                    disable(each);
                }
            });
        }
        steps.throwFirst();
    }

    private void disable(int index) {
        try {
            device.setIrqs(IrqRequest.disable(index).by(client));
        } catch (IrqHeldException e) {
            // They are not the client's.
        }
    }

    /** What the client still has mapped is the device's no more, as far as the carrier has a way. */
    private void takeFilesBack(Findings findings) {
        given.forEach((region, file) -> findings.attempt("the client keeps the file of region " + region, () -> {
            if (!file.revoke()) {
                throw new IllegalStateException("it cannot be taken back");
            }
        }));
        given.clear();
    }

    /** What was found wrong with the device. */
    private static final class Findings {
        private final Set<String> lines = new LinkedHashSet<>();

        void add(String line) {
            lines.add(line);
        }

        void attempt(String otherwise, Runnable step) {
            try {
                step.run();
            } catch (RuntimeException | Error e) {
                LOG.log(System.Logger.Level.DEBUG, otherwise, e);
                boolean gone = e instanceof VfioException refused && refused.errno() == Errno.ENODEV;
                lines.add(gone ? GONE : otherwise + ": " + e.getMessage());
            }
        }

        /** That it is gone says all. */
        List<String> lines() {
            return lines.contains(GONE) ? List.of(GONE) : List.copyOf(lines);
        }
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
