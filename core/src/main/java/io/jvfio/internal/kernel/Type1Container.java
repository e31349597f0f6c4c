// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.kernel;

import static io.jvfio.internal.uapi.VfioApi.VFIO_API_VERSION;
import static io.jvfio.internal.uapi.VfioApi.VFIO_GET_API_VERSION;
import static io.jvfio.internal.uapi.VfioApi.VFIO_SET_IOMMU;

import io.jvfio.Errno;
import io.jvfio.Fd;
import io.jvfio.VfioException;
import io.jvfio.carrier.RegistrySpace;
import io.jvfio.device.Reattachable;
import io.jvfio.host.Host;
import io.jvfio.internal.sys.Abi;
import io.jvfio.internal.sys.Descriptor;
import io.jvfio.internal.sys.SystemCalls;
import io.jvfio.iommu.AddressSpace;
import io.jvfio.iommu.DmaRegistry;
import io.jvfio.iommu.Limits;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * An address space that is a container: of the kernel's type1 driver, of iommufd's compatibility layer, or without an
 * IOMMU.
 *
 * <p>A container cannot map before its first group has joined, and the kernel drops all of its maps when the last group
 * leaves; the registry replays them. iommufd's layer keeps its maps once it has them.
 *
 * <p>Threads: thread-safe. One lock orders joining and leaving; maps do not take it.
 */
final class Type1Container extends RegistrySpace implements KernelSpace {
    private final SystemCalls sys;
    private final Type1Mode mode;
    private final String reason;
    private final Descriptor container;
    private final Type1Backend backend;

    /** The groups in this container, by node. Guarded by this. */
    private final Map<String, VfioGroup> groups = new HashMap<>();

    /** Whether the kernel holds the registry's maps. Guarded by this. */
    private boolean attached;

    private Type1Container(SystemCalls sys, Type1Mode mode, String reason, Descriptor container) {
        super(registry(sys, mode));
        this.sys = sys;
        this.mode = mode;
        this.reason = reason;
        this.container = container;
        this.backend = new Type1Backend(container, mode.node());
    }

    /** False: a container maps by address. */
    @Override
    public boolean keepsFiles() {
        return false;
    }

    private static DmaRegistry registry(SystemCalls sys, Type1Mode mode) {
        DmaRegistry.Settings settings = DmaRegistry.Settings.defaults(mode.typeName() + " container");
        long page = sys.pageSize();
        return mode == Type1Mode.NOIOMMU
                ? DmaRegistry.physical(settings, page, new PagemapBackend(sys))
                : DmaRegistry.of(settings, DmaRegistry.usableBeforeJoin(), page);
    }

    /**
     * Opens an empty container.
     *
     * @param reason why this one, for people
     */
    static Type1Container open(SystemCalls sys, Type1Mode mode, String reason) {
        Descriptor fd = Descriptor.open(sys, mode.node(), Abi.O_RDWR);
        try {
            int version = Ioctls.ioctl(fd, VFIO_GET_API_VERSION, 0, mode.node());
            if (version != VFIO_API_VERSION) {
                throw new VfioException(
                        VFIO_GET_API_VERSION.name(), Errno.EINVAL, mode.node(), "unknown VFIO version " + version);
            }
            return new Type1Container(sys, mode, reason, fd);
        } catch (RuntimeException e) {
            fd.close();
            throw e;
        }
    }

    @Override
    public Membership join(Target device, @Nullable UUID token) {
        String node = device.groupNode("is in no IOMMU group").toString();
        return join(node, device.name(), token, () -> VfioGroup.open(sys, device.host(), node, container));
    }

    /**
     * Opens a device of a group whose descriptor somebody else has opened; it is duplicated.
     *
     * @param host asked only if the kernel does not take the group
     */
    Membership join(Host host, Fd group, String device, @Nullable UUID token) {
        return join(
                group.subject(),
                device,
                token,
                () -> VfioGroup.join(sys, host, Descriptor.duplicate(sys, group), container));
    }

    private synchronized Membership join(String node, String device, @Nullable UUID token, GroupOpener opener) {
        entering();
        try {
            return openIn(group(node, opener), node, device, token);
        } catch (RuntimeException e) {
            left();
            throw e;
        }
    }

    private VfioGroup group(String node, GroupOpener opener) {
        VfioGroup group = groups.get(node);
        if (group == null) {
            group = opener.open();
            try {
                enter();
            } catch (RuntimeException e) {
                group.close();
                throw e;
            }
            groups.put(node, group);
        }
        return group;
    }

    private Membership openIn(VfioGroup group, String node, String device, @Nullable UUID token) {
        group.use();
        try {
            return openDevice(group, node, device, token);
        } catch (RuntimeException e) {
            unuse(node);
            throw e;
        }
    }

    private GroupMembership openDevice(VfioGroup group, String node, String device, @Nullable UUID token) {
        Descriptor fd = group.device(device, token);
        try {
            // The kernel's driver attaches whole groups, iommufd's layer a device when it is opened.
            if (mode.compatibility()) {
                narrow();
            }
            return new GroupMembership(this, node, group.descriptor(), fd);
        } catch (RuntimeException e) {
            fd.close();
            throw e;
        }
    }

    /** A group has just come in: the first brings the IOMMU, each may narrow the usable ranges. */
    private void enter() {
        if (groups.isEmpty() && !attached) {
            Ioctls.ioctl(container, VFIO_SET_IOMMU, mode.type(), mode.typeName() + " on " + mode.node());
        }
        if (mode != Type1Mode.NOIOMMU) {
            narrow();
        }
    }

    /** Takes over what the container says of itself now; the first time it also gets the maps. */
    private void narrow() {
        Type1Limits limits = Type1Limits.read(container, sys, mode.node());
        if (attached) {
            registry().limit(limits.usable(), limits.pageSizes());
        } else {
            registry().attach(backend, limits.usable(), limits.pageSizes());
            attached = true;
        }
    }

    private synchronized void leave(String node) {
        unuse(node);
        left();
    }

    private void unuse(String node) {
        VfioGroup group = groups.get(node);
        if (group == null || !group.unuse()) {
            return;
        }
        groups.remove(node);
        group.close();
        if (groups.isEmpty() && attached && !mode.compatibility()) {
            registry().detach(backend);
            attached = false;
        }
    }

    @Override
    public Limits limits() {
        long left;
        synchronized (this) {
            left = attached ? Type1Limits.read(container, sys, mode.node()).mapsLeft() : -1;
        }
        return LockedMemory.limits(sys, registry().pageSizes(), left);
    }

    @Override
    public String description() {
        return mode.typeName() + " on " + mode.node() + ": " + reason;
    }

    @Override
    protected String occupants(int devices) {
        return "devices of " + String.join(", ", groups.keySet());
    }

    @Override
    protected void release() {
        container.close();
    }

    /** Opens a group that is not in the container yet. */
    @FunctionalInterface
    private interface GroupOpener {
        VfioGroup open();
    }

    /** A device that was opened through its group. */
    private static final class GroupMembership implements Membership {
        private final Type1Container space;
        private final String node;
        private final Descriptor group;
        private final Descriptor device;

        GroupMembership(Type1Container space, String node, Descriptor group, Descriptor device) {
            this.space = space;
            this.node = node;
            this.group = group;
            this.device = device;
        }

        @Override
        public Descriptor device() {
            return device;
        }

        @Override
        public Descriptor group() {
            return group;
        }

        @Override
        public AddressSpace space() {
            return space;
        }

        @Override
        public @Nullable Reattachable reattachable() {
            return null;
        }

        @Override
        public void close() {
            if (device.isOpen()) {
                device.close();
                space.leave(node);
            }
        }
    }
}
