// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vfiouser;

import io.jvfio.Errno;
import io.jvfio.VfioException;
import io.jvfio.carrier.RegistrySpace;
import io.jvfio.iommu.DmaRegistry;
import io.jvfio.iommu.IovaRange;
import io.jvfio.iommu.Limits;
import io.jvfio.vfiouser.protocol.Command;
import java.util.ArrayList;
import java.util.List;

/**
 * The address space of devices behind vfio-user sockets. A map goes to the servers of all devices in it, in the order in
 * which they joined, and is taken back where it was made if one refuses.
 *
 * <p>Memory with a file that cannot be made to fault, as all that {@code dma()} allocates in ordinary pages, is shared
 * with the servers, which keep it as long as they like: a server that misbehaves can write to it after the unmap, and
 * empty it, but nothing else. Huge pages, files that are not sealed, memory without a file and remote memory are copied by
 * messages; {@link VfioUserLimits#trustServer} has a trusted server get all files.
 *
 * <p>Threads: thread-safe. One lock orders joining and leaving; maps do not take it.
 */
public final class VfioUserAddressSpace extends RegistrySpace {

    /**
     * Where addresses are chosen and may be fixed: 48 bits without the MSI windows of x86 and arm64, because behind the
     * server may be a real device.
     */
    private static final List<IovaRange> USABLE = List.of(
            new IovaRange(0, 0x7ff_ffffL),
            new IovaRange(0x810_0000L, 0xfedf_ffffL),
            new IovaRange(0xfef0_0000L, 0xffff_ffff_ffffL));

    /** Every page size that the protocol can have. */
    private static final long ALL_PAGES = -4096;

    private final Object context;
    /** The devices in it. Guarded by this. */
    private final List<PeerBackend> members = new ArrayList<>();

    VfioUserAddressSpace(Object context) {
        super(DmaRegistry.of(
                DmaRegistry.Settings.defaults("vfio-user address space"), USABLE, ALL_PAGES & Long.MAX_VALUE));
        this.context = context;
    }

    /** An empty space for devices of {@link VfioUserDevice#connect}, owned by the caller. */
    public static VfioUserAddressSpace create() {
        return new VfioUserAddressSpace(new Object());
    }

    /** Whose space it is: only devices of the same owner may join. */
    Object context() {
        return context;
    }

    /** A device joins: every map is made there, or it does not. */
    synchronized void join(PeerBackend device) {
        entering();
        members.add(device);
        try {
            registry().attach(device, USABLE, pageSizes());
        } catch (RuntimeException e) {
            members.remove(device);
            left();
            throw e;
        }
    }

    /** A device has left: its server has no map of this space any more. */
    synchronized void leave(PeerBackend device) {
        members.remove(device);
        registry().detach(device);
        registry().limit(USABLE, pageSizes());
        left();
    }

    private long pageSizes() {
        long sizes = ALL_PAGES & Long.MAX_VALUE;
        for (PeerBackend member : members) {
            sizes &= member.pageSizes();
        }
        if (sizes == 0) {
            throw new VfioException(
                    Command.DMA_MAP.call(),
                    Errno.EINVAL,
                    description(),
                    "the servers of its devices have no page size in common; use an address space for each");
        }
        return sizes;
    }

    @Override
    public synchronized Limits limits() {
        long left = members.stream().mapToLong(PeerBackend::mapsLeft).min().orElse(-1);
        return new Limits(registry().pageSizes(), left, -1, -1);
    }

    @Override
    public String description() {
        return "vfio-user address space: memory is shared with the servers of its devices";
    }

    /** As {@link #description}. */
    @Override
    public String toString() {
        return description();
    }
}
