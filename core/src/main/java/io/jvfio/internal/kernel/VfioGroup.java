// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.kernel;

import static io.jvfio.internal.uapi.VfioApi.VFIO_GROUP_GET_DEVICE_FD;
import static io.jvfio.internal.uapi.VfioApi.VFIO_GROUP_SET_CONTAINER;
import static io.jvfio.internal.uapi.VfioApi.VFIO_GROUP_UNSET_CONTAINER;
import static io.jvfio.internal.uapi.VfioGroupStatus.VFIO_GROUP_FLAGS_CONTAINER_SET;
import static io.jvfio.internal.uapi.VfioGroupStatus.VFIO_GROUP_FLAGS_VIABLE;
import static io.jvfio.internal.uapi.VfioGroupStatus.VFIO_GROUP_GET_STATUS;

import io.jvfio.Errno;
import io.jvfio.VfioException;
import io.jvfio.host.Host;
import io.jvfio.internal.sys.Abi;
import io.jvfio.internal.sys.Descriptor;
import io.jvfio.internal.sys.SystemCalls;
import io.jvfio.internal.uapi.IntArgument;
import io.jvfio.internal.uapi.VfioGroupStatus;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * An open IOMMU group in a container. The kernel lets a group be open only once, so all devices of it that are in use
 * share this object; its container counts them.
 *
 * <p>Threads: confined by the lock of the container that holds it.
 */
final class VfioGroup implements AutoCloseable {
    private final SystemCalls sys;
    private final Host host;
    private final Descriptor fd;
    private final String node;
    private int users;

    private VfioGroup(SystemCalls sys, Host host, Descriptor fd, String node) {
        this.sys = sys;
        this.host = host;
        this.fd = fd;
        this.node = node;
    }

    /**
     * Opens a group's node and puts the group into a container; on failure nothing is left open.
     *
     * @param host asked who is in the way if the group is not viable
     */
    static VfioGroup open(SystemCalls sys, Host host, String node, Descriptor container) {
        return join(sys, host, Descriptor.open(sys, node, Abi.O_RDWR), container);
    }

    /** Puts an open group into a container. Takes the descriptor over, also on failure. */
    static VfioGroup join(SystemCalls sys, Host host, Descriptor fd, Descriptor container) {
        VfioGroup group = new VfioGroup(sys, host, fd, fd.subject());
        try {
            group.checkStatus();
            group.setContainer(container);
            return group;
        } catch (RuntimeException e) {
            fd.close();
            throw e;
        }
    }

    private void checkStatus() {
        int flags = Ioctls.call(fd, VFIO_GROUP_GET_STATUS, VfioGroupStatus.STRUCT, VfioGroupStatus.request(), node)
                .flags();
        if ((flags & VFIO_GROUP_FLAGS_VIABLE) == 0) {
            throw new VfioException(VFIO_GROUP_GET_STATUS.name(), Errno.EPERM, node + " is not viable", blockers());
        }
        if ((flags & VFIO_GROUP_FLAGS_CONTAINER_SET) != 0) {
            throw new VfioException(
                    VFIO_GROUP_GET_STATUS.name(),
                    Errno.EBUSY,
                    node + " is in another container already",
                    "another owner of this descriptor put it there");
        }
    }

    private void setContainer(Descriptor container) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment number = arena.allocate(IntArgument.INT);
            int raw = container.acquire();
            try {
                IntArgument.fill(number, raw);
                Ioctls.ioctl(fd, VFIO_GROUP_SET_CONTAINER, number, node);
            } finally {
                container.release();
            }
        }
    }

    /**
     * A descriptor of a device of this group.
     *
     * @param token the VF token, or null
     */
    Descriptor device(String name, @Nullable UUID token) {
        String text = token == null ? name : name + " vf_token=" + token;
        try (Arena arena = Arena.ofConfined()) {
            int result = fd.ioctl(VFIO_GROUP_GET_DEVICE_FD.request(), arena.allocateFrom(text));
            return Descriptor.of(sys, result, VFIO_GROUP_GET_DEVICE_FD.name(), name + " in " + node);
        }
    }

    /** The group's descriptor, borrowed. */
    Descriptor descriptor() {
        return fd;
    }

    /** One more device of the group is in use. */
    void use() {
        users++;
    }

    /** One device less is in use; true if it was the last. */
    boolean unuse() {
        users--;
        return users == 0;
    }

    /**
     * Takes the group out of its container, then closes it. Closing the last descriptor would do both, but who passed the
     * group to us has one of his own.
     */
    @Override
    public void close() {
        // Fails if somebody has duplicated the descriptor of a device; then the group leaves when that is closed.
        fd.ioctl(VFIO_GROUP_UNSET_CONTAINER.request(), 0);
        fd.close();
    }

    private String blockers() {
        String hint = Blockers.hint(host, node.substring(node.lastIndexOf('/') + 1));
        return hint.isEmpty() ? "a device of the group was bound to a driver of the host just now" : hint;
    }
}
