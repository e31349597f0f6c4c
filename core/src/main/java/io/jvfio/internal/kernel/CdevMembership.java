// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.kernel;

import static io.jvfio.internal.uapi.VfioDeviceAttachIommufdPt.VFIO_DEVICE_ATTACH_IOMMUFD_PT;
import static io.jvfio.internal.uapi.VfioDeviceBindIommufd.VFIO_DEVICE_BIND_FLAG_TOKEN;
import static io.jvfio.internal.uapi.VfioDeviceBindIommufd.VFIO_DEVICE_BIND_IOMMUFD;
import static io.jvfio.internal.uapi.VfioDeviceDetachIommufdPt.VFIO_DEVICE_DETACH_IOMMUFD_PT;

import io.jvfio.Closing;
import io.jvfio.device.Reattachable;
import io.jvfio.internal.sys.Descriptor;
import io.jvfio.internal.uapi.VfToken;
import io.jvfio.internal.uapi.VfioDeviceAttachIommufdPt;
import io.jvfio.internal.uapi.VfioDeviceBindIommufd;
import io.jvfio.internal.uapi.VfioDeviceDetachIommufdPt;
import io.jvfio.iommu.AddressSpace;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A device that was opened by its own node: bound to an iommufd for good, attached to one of its page
 * tables at a time.
 *
 * <p>Threads: thread-safe; one lock orders attach, detach and close.
 */
final class CdevMembership implements Membership, Reattachable {
    /** The id of a device that somebody else has bound. */
    static final int UNKNOWN = -1;

    private final Descriptor device;
    private final Iommufd iommufd;
    private final int deviceId;
    private final String name;

    /** Where the device is, or null while it is detached. Written under this object's lock. */
    private volatile @Nullable PageTable space;

    private CdevMembership(Descriptor device, Iommufd iommufd, int deviceId, String name) {
        this.device = device;
        this.iommufd = iommufd;
        this.deviceId = deviceId;
        this.name = name;
    }

    /**
     * Binds an open device to the iommufd of a space and attaches it. Takes the descriptor over, also on failure.
     *
     * @param token the VF token, or null
     */
    static CdevMembership open(PageTable space, Descriptor device, String name, @Nullable UUID token) {
        int deviceId;
        try {
            deviceId = bind(device, space.iommufd(), name, token);
        } catch (RuntimeException e) {
            device.close();
            throw e;
        }
        return attached(new CdevMembership(device, space.iommufd(), deviceId, name), space);
    }

    /** Attaches a device that is bound to the iommufd of a space already. Takes the descriptor over, also on failure. */
    static CdevMembership openBound(PageTable space, Descriptor device, String name) {
        return attached(new CdevMembership(device, space.iommufd(), UNKNOWN, name), space);
    }

    private static CdevMembership attached(CdevMembership membership, PageTable space) {
        try {
            membership.attach(space);
            return membership;
        } catch (RuntimeException e) {
            membership.device.close();
            throw e;
        }
    }

    /** Binds a device for good; its id in the iommufd. */
    private static int bind(Descriptor device, Iommufd iommufd, String name, @Nullable UUID token) {
        int raw = iommufd.fd().acquire();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment secret = arena.allocate(VfToken.BYTES);
            if (token != null) {
                VfToken.fill(secret, token);
            }
            int flags = token == null ? 0 : VFIO_DEVICE_BIND_FLAG_TOKEN;
            VfioDeviceBindIommufd request =
                    new VfioDeviceBindIommufd(flags, raw, 0, token == null ? 0 : secret.address());
            return Ioctls.call(device, VFIO_DEVICE_BIND_IOMMUFD, VfioDeviceBindIommufd.STRUCT, request, name)
                    .outDevid();
        } finally {
            iommufd.fd().release();
        }
    }

    /** The device's id in the iommufd, by which its objects are made; {@link #UNKNOWN} if others have bound it. */
    int deviceId() {
        return deviceId;
    }

    @Override
    public Descriptor device() {
        return device;
    }

    @Override
    public @Nullable Descriptor group() {
        return null;
    }

    @Override
    public AddressSpace space() {
        PageTable now = space;
        if (now == null) {
            throw new IllegalStateException(name + " is detached from every address space");
        }
        return now;
    }

    @Override
    public Reattachable reattachable() {
        return this;
    }

    @Override
    public synchronized void attach(AddressSpace target) {
        if (space != null) {
            throw new IllegalStateException(name + " is attached to " + space.description());
        }
        space = enter(target, null);
    }

    @Override
    public synchronized void replace(AddressSpace target) {
        PageTable before = space;
        if (before == null) {
            throw new IllegalStateException(name + " is detached; attach it");
        }
        if (!before.equals(target)) {
            space = enter(target, before);
            before.leave();
        }
    }

    /** Attaches, which replaces the attachment to {@code before} if there is one; on failure the device is back there. */
    private PageTable enter(AddressSpace target, @Nullable PageTable before) {
        if (!(target instanceof PageTable table) || table.iommufd() != iommufd) {
            throw new IllegalArgumentException(
                    target.description() + " is not an IOAS of the iommufd to which " + name + " is bound");
        }
        table.enter();
        try {
            attachInKernel(table);
            try {
                table.entered();
            } catch (RuntimeException e) {
                throw Closing.after(e, () -> goBack(before));
            }
            return table;
        } catch (RuntimeException e) {
            throw Closing.after(e, table::leave);
        }
    }

    private void goBack(@Nullable PageTable before) {
        if (before == null) {
            Ioctls.check(detachInKernel(), VFIO_DEVICE_DETACH_IOMMUFD_PT.name(), name);
        } else {
            attachInKernel(before);
        }
    }

    private void attachInKernel(PageTable table) {
        VfioDeviceAttachIommufdPt request = new VfioDeviceAttachIommufdPt(0, table.ptId(), 0);
        String subject = name + " to " + table.label();
        Ioctls.call(device, VFIO_DEVICE_ATTACH_IOMMUFD_PT, VfioDeviceAttachIommufdPt.STRUCT, request, subject);
    }

    private int detachInKernel() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment argument =
                    VfioDeviceDetachIommufdPt.STRUCT.allocate(arena, new VfioDeviceDetachIommufdPt(0, 0));
            return device.ioctl(VFIO_DEVICE_DETACH_IOMMUFD_PT.request(), argument);
        }
    }

    @Override
    public synchronized void detach() {
        PageTable before = space;
        if (before == null) {
            throw new IllegalStateException(name + " is detached already");
        }
        Ioctls.check(detachInKernel(), VFIO_DEVICE_DETACH_IOMMUFD_PT.name(), name);
        space = null;
        before.leave();
    }

    /**
     * Detaches, then closes. Closing the last descriptor would detach too, but others may have duplicates of this one: who
     * passed it to us, or who took it from us.
     */
    @Override
    public synchronized void close() {
        if (!device.isOpen()) {
            return;
        }
        PageTable before = space;
        if (before != null) {
            detachInKernel(); // if that fails, as when the device is gone, the close may still do
        }
        device.close();
        space = null;
        if (before != null) {
            before.leave();
        }
    }
}
