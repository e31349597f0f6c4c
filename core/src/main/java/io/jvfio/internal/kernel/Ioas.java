// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.kernel;

import static io.jvfio.internal.uapi.VfioDeviceBindIommufd.VFIO_DEVICE_BIND_IOMMUFD;

import io.jvfio.Errno;
import io.jvfio.VfioException;
import io.jvfio.carrier.RegistrySpace;
import io.jvfio.internal.sys.Abi;
import io.jvfio.internal.sys.Descriptor;
import io.jvfio.internal.sys.SystemCalls;
import io.jvfio.iommu.DmaRegistry;
import io.jvfio.iommu.Limits;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * An address space of iommufd.
 *
 * <p>Threads: thread-safe. One lock orders joining and leaving; maps do not take it.
 */
final class Ioas extends RegistrySpace implements KernelSpace, PageTable {
    private final SystemCalls sys;
    private final Iommufd iommufd;
    private final int id;
    private final boolean noIommu;
    private final String reason;
    private final boolean owned;

    private Ioas(SystemCalls sys, Iommufd iommufd, int id, Kind kind, String reason) {
        super(registry(sys, iommufd, id, kind));
        this.sys = sys;
        this.iommufd = iommufd;
        this.id = id;
        this.noIommu = kind == Kind.NO_IOMMU;
        this.owned = kind != Kind.BORROWED;
        this.reason = reason;
    }

    private static DmaRegistry registry(SystemCalls sys, Iommufd iommufd, int id, Kind kind) {
        DmaRegistry.Settings settings = DmaRegistry.Settings.defaults(label(id));
        if (kind == Kind.NO_IOMMU) {
            return DmaRegistry.physical(settings, sys.pageSize(), new IoasPhysicalBackend(iommufd.fd(), id));
        }
        IoasRanges ranges = IoasRanges.read(iommufd.fd(), id, sys);
        DmaRegistry registry = DmaRegistry.of(settings, ranges.usable(), ranges.granule());
        registry.attach(new IoasBackend(iommufd.fd(), id), ranges.usable(), ranges.granule());
        return registry;
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

    @Override
    public int ptId() {
        return id;
    }

    @Override
    public Iommufd iommufd() {
        return iommufd;
    }

    @Override
    public String label() {
        return label(id);
    }

    private static String label(int id) {
        return "IOAS " + id;
    }

    @Override
    public Membership join(Target device, @Nullable UUID token) {
        String node = device.cdevNode().toString();
        try {
            return CdevMembership.open(this, Descriptor.open(sys, node, Abi.O_RDWR), device.name(), token);
        } catch (VfioException e) {
            throw explained(e, device);
        }
    }

    /** The kernel says no more than EPERM of a group that is not viable; sysfs tells whom that is about. */
    private static VfioException explained(VfioException e, Target device) {
        if (device.group() < 0 || e.errno() != Errno.EPERM || !e.call().equals(VFIO_DEVICE_BIND_IOMMUFD.name())) {
            return e;
        }
        String hint = Blockers.hint(device.host(), String.valueOf(device.group()));
        return hint.isEmpty() ? e : new VfioException(e.call(), e.errno(), device.name(), hint);
    }

    @Override
    public void enter() {
        entering();
    }

    @Override
    public void entered() {
        reread();
    }

    @Override
    public void leave() {
        left();
        reread();
    }

    private void reread() {
        if (!noIommu) {
            IoasRanges ranges = IoasRanges.read(iommufd.fd(), id, sys);
            registry().limit(ranges.usable(), ranges.granule());
        }
    }

    @Override
    public Limits limits() {
        return LockedMemory.limits(sys, registry().pageSizes(), -1);
    }

    @Override
    public String description() {
        return label() + " on " + Iommufd.NODE + (noIommu ? " without an IOMMU" : "") + ": " + reason;
    }

    @Override
    protected void release() {
        try {
            if (owned) {
                iommufd.destroy(id);
            }
        } finally {
            iommufd.release();
        }
    }
}
