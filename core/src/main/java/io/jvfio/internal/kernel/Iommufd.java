// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.kernel;

import static io.jvfio.internal.uapi.IommuDestroy.IOMMU_DESTROY;
import static io.jvfio.internal.uapi.IommuIoasAlloc.IOMMU_IOAS_ALLOC;

import io.jvfio.internal.sys.Abi;
import io.jvfio.internal.sys.Descriptor;
import io.jvfio.internal.sys.SystemCalls;
import io.jvfio.internal.uapi.IommuDestroy;
import io.jvfio.internal.uapi.IommuIoasAlloc;

/**
 * An open iommufd: the objects in it can be combined with each other and with no others. Address spaces and devices
 * share it; the last of them closes it.
 *
 * <p>Threads: thread-safe.
 */
final class Iommufd {
    static final String NODE = "/dev/iommu";

    private final Descriptor fd;
    private int users = 1;

    private Iommufd(Descriptor fd) {
        this.fd = fd;
    }

    /** Opens the node, for one user. */
    static Iommufd open(SystemCalls sys) {
        return new Iommufd(Descriptor.open(sys, NODE, Abi.O_RDWR));
    }

    /** Uses a descriptor that somebody else has opened; it is taken over. */
    static Iommufd of(Descriptor fd) {
        return new Iommufd(fd);
    }

    /** One more user; false if the last has gone. */
    synchronized boolean use() {
        if (users == 0) {
            return false;
        }
        users++;
        return true;
    }

    /** One user less; the last closes the descriptor. */
    void release() {
        synchronized (this) {
            users--;
            if (users > 0) {
                return;
            }
        }
        fd.close();
    }

    Descriptor fd() {
        return fd;
    }

    /** Makes an empty IOAS; its id. */
    int allocateIoas() {
        return Ioctls.call(fd, IOMMU_IOAS_ALLOC, IommuIoasAlloc.STRUCT, IommuIoasAlloc.request(), NODE)
                .outIoasId();
    }

    /** Destroys an object that this process made. */
    void destroy(int id) {
        Ioctls.call(fd, IOMMU_DESTROY, IommuDestroy.STRUCT, new IommuDestroy(id), "object " + id + " of " + NODE);
    }
}
