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
 * A device that was opened by its own node: bound to an iommufd for good, attached to one of its IOASes at a time.
 *
 * <p>Threads: thread-safe; one lock orders attach, detach and close.
 */
final class CdevMembership implements Membership, Reattachable {
    private final Descriptor device;
    private final Iommufd iommufd;
    private final String name;

    /** Where the device is, or null while it is detached. Written under this object's lock. */
    private volatile @Nullable Ioas space;

    private CdevMembership(Descriptor device, Iommufd iommufd, String name) {
        this.device = device;
        this.iommufd = iommufd;
        this.name = name;
    }

    /**
     * Binds an open device to the iommufd of a space and attaches it. Takes the descriptor over, also on failure.
     *
     * @param token the VF token, or null
     */
    static CdevMembership open(Ioas space, Descriptor device, String name, @Nullable UUID token) {
        try {
            bind(device, space.iommufd(), name, token);
        } catch (RuntimeException e) {
            device.close();
            throw e;
        }
        return openBound(space, device, name);
    }

    /** Attaches a device that is bound to the iommufd of a space already. Takes the descriptor over, also on failure. */
    static CdevMembership openBound(Ioas space, Descriptor device, String name) {
        CdevMembership membership = new CdevMembership(device, space.iommufd(), name);
        try {
            membership.attach(space);
            return membership;
        } catch (RuntimeException e) {
            device.close();
            throw e;
        }
    }

    private static void bind(Descriptor device, Iommufd iommufd, String name, @Nullable UUID token) {
        int raw = iommufd.fd().acquire();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment secret = arena.allocate(VfToken.BYTES);
            if (token != null) {
                VfToken.fill(secret, token);
            }
            int flags = token == null ? 0 : VFIO_DEVICE_BIND_FLAG_TOKEN;
            MemorySegment argument = arena.allocate(VfioDeviceBindIommufd.LAYOUT);
            new VfioDeviceBindIommufd(flags, raw, 0, token == null ? 0 : secret.address()).fill(argument);
            Ioctls.ioctl(device, VFIO_DEVICE_BIND_IOMMUFD, argument, name);
        } finally {
            iommufd.fd().release();
        }
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
        Ioas now = space;
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
        Ioas before = space;
        if (before == null) {
            throw new IllegalStateException(name + " is detached; attach it");
        }
        if (target != before) {
            space = enter(target, before);
            before.leave();
        }
    }

    /** Attaches, which replaces the attachment to {@code before} if there is one; on failure the device is back there. */
    private Ioas enter(AddressSpace target, @Nullable Ioas before) {
        if (!(target instanceof Ioas ioas) || ioas.iommufd() != iommufd) {
            throw new IllegalArgumentException(
                    target.description() + " is not an IOAS of the iommufd to which " + name + " is bound");
        }
        ioas.enter();
        try {
            attachInKernel(ioas);
            try {
                ioas.entered();
            } catch (RuntimeException e) {
                throw Closing.after(e, () -> goBack(before));
            }
            return ioas;
        } catch (RuntimeException e) {
            throw Closing.after(e, ioas::leave);
        }
    }

    private void goBack(@Nullable Ioas before) {
        if (before == null) {
            Ioctls.check(detachInKernel(), VFIO_DEVICE_DETACH_IOMMUFD_PT.name(), name);
        } else {
            attachInKernel(before);
        }
    }

    private void attachInKernel(Ioas ioas) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment argument = arena.allocate(VfioDeviceAttachIommufdPt.LAYOUT);
            new VfioDeviceAttachIommufdPt(0, ioas.id(), 0).fill(argument);
            Ioctls.ioctl(device, VFIO_DEVICE_ATTACH_IOMMUFD_PT, argument, name + " to IOAS " + ioas.id());
        }
    }

    private int detachInKernel() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment argument = arena.allocate(VfioDeviceDetachIommufdPt.LAYOUT);
            new VfioDeviceDetachIommufdPt(0, 0).fill(argument);
            return device.ioctl(VFIO_DEVICE_DETACH_IOMMUFD_PT.request(), argument);
        }
    }

    @Override
    public synchronized void detach() {
        Ioas before = space;
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
        Ioas before = space;
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
