// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.kernel;

import static io.jvfio.internal.uapi.VfioDeviceBindIommufd.VFIO_DEVICE_BIND_IOMMUFD;

import io.jvfio.Errno;
import io.jvfio.VfioException;
import io.jvfio.internal.sys.Abi;
import io.jvfio.internal.sys.Descriptor;
import io.jvfio.internal.sys.SystemCalls;
import io.jvfio.iommu.DmaMapping;
import io.jvfio.iommu.DmaMappings;
import io.jvfio.iommu.DmaRegistry;
import io.jvfio.iommu.DmaSource;
import io.jvfio.iommu.IovaRange;
import io.jvfio.iommu.Limits;
import io.jvfio.iommu.MapRequest;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * An address space of iommufd.
 *
 * <p>Threads: thread-safe. One lock orders joining and leaving; maps do not take it.
 */
final class Ioas implements KernelSpace {
    private final SystemCalls sys;
    private final Iommufd iommufd;
    private final int id;
    private final boolean noIommu;
    private final String reason;
    private final boolean owned;
    private final DmaRegistry registry;

    /** How many devices are in it. Guarded by this. */
    private int members;

    private boolean closed;

    private Ioas(SystemCalls sys, Iommufd iommufd, int id, Kind kind, String reason) {
        this.sys = sys;
        this.iommufd = iommufd;
        this.id = id;
        this.noIommu = kind == Kind.NO_IOMMU;
        this.owned = kind != Kind.BORROWED;
        this.reason = reason;
        DmaRegistry.Settings settings = DmaRegistry.Settings.defaults("IOAS " + id);
        if (noIommu) {
            this.registry = DmaRegistry.physical(settings, sys.pageSize(), new IoasPhysicalBackend(iommufd.fd(), id));
        } else {
            IoasRanges ranges = IoasRanges.read(iommufd.fd(), id, sys);
            this.registry = DmaRegistry.of(settings, ranges.usable(), ranges.granule());
            registry.attach(new IoasBackend(iommufd.fd(), id), ranges.usable(), ranges.granule());
        }
    }

    /** What an IOAS is to its maker. */
    enum Kind {
        /** Made here, behind an IOMMU. */
        OWN,
        /** Made here, for devices without an IOMMU. */
        NO_IOMMU,
        /** Made by somebody else, who destroys it. */
        BORROWED
    }

    /**
     * Makes an empty IOAS; uses the iommufd until it is closed.
     *
     * @param iommufd used once more for this; on failure that use is given back
     */
    static Ioas create(SystemCalls sys, Iommufd iommufd, Kind kind, String reason) {
        try {
            int id = iommufd.allocateIoas();
            try {
                return new Ioas(sys, iommufd, id, kind, reason);
            } catch (RuntimeException e) {
                iommufd.destroy(id);
                throw e;
            }
        } catch (RuntimeException e) {
            iommufd.release();
            throw e;
        }
    }

    /** Uses an IOAS that somebody else has made and will destroy. */
    static Ioas borrow(SystemCalls sys, Iommufd iommufd, int id, String reason) {
        try {
            return new Ioas(sys, iommufd, id, Kind.BORROWED, reason);
        } catch (RuntimeException e) {
            iommufd.release();
            throw e;
        }
    }

    int id() {
        return id;
    }

    Iommufd iommufd() {
        return iommufd;
    }

    @Override
    public Membership join(SysfsDevice device, @Nullable UUID token) {
        Path node = device.cdevNode();
        if (node == null) {
            throw new VfioException("open", Errno.ENODEV, device.name() + " has no VFIO device node", device.remedy());
        }
        try {
            return CdevMembership.open(this, Descriptor.open(sys, node.toString(), Abi.O_RDWR), device.name(), token);
        } catch (VfioException e) {
            throw explained(e, device);
        }
    }

    /** The kernel says no more than EPERM of a group that is not viable; sysfs tells whom that is about. */
    private static VfioException explained(VfioException e, SysfsDevice device) {
        String group = device.group();
        if (group == null || e.errno() != Errno.EPERM || !e.call().equals(VFIO_DEVICE_BIND_IOMMUFD.name())) {
            return e;
        }
        String hint = Blockers.hint(group);
        return hint.isEmpty() ? e : new VfioException(e.call(), e.errno(), device.name(), hint);
    }

    /** A device is about to attach; until {@link #left} the space cannot be closed. */
    synchronized void entering() {
        if (closed) {
            throw new IllegalStateException(description() + " is closed");
        }
        members++;
    }

    /** A device has attached: it may reach less than those before. */
    void entered() {
        reread();
    }

    /** A device has detached, or could not attach. */
    void left() {
        synchronized (this) {
            members--;
        }
        reread();
    }

    private void reread() {
        if (!noIommu) {
            IoasRanges ranges = IoasRanges.read(iommufd.fd(), id, sys);
            registry.limit(ranges.usable(), ranges.granule());
        }
    }

    @Override
    public DmaMapping map(DmaSource source, MapRequest request) {
        return registry.map(source, request);
    }

    @Override
    public DmaMappings mappings() {
        return registry.mappings();
    }

    @Override
    public List<IovaRange> usable() {
        return registry.usable();
    }

    @Override
    public Limits limits() {
        return LockedMemory.limits(sys, registry.pageSizes(), -1);
    }

    @Override
    public boolean coherent() {
        // iommufd attaches a device behind a non-coherent IOMMU only with enforced coherency.
        return true;
    }

    @Override
    public boolean translated() {
        return registry.translated();
    }

    @Override
    public String description() {
        return "IOAS " + id + " on " + Iommufd.NODE + (noIommu ? " without an IOMMU" : "") + ": " + reason;
    }

    @Override
    public void close() {
        synchronized (this) {
            if (closed) {
                return;
            }
            if (members > 0) {
                throw new IllegalStateException(members + " devices are still in " + description());
            }
            closed = true;
        }
        try {
            registry.close();
            if (owned) {
                iommufd.destroy(id);
            }
        } finally {
            iommufd.release();
        }
    }
}
