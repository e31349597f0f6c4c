// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.kernel;

import io.jvfio.device.OpenOptions.IommuChoice;
import io.jvfio.host.VfioAccess;
import io.jvfio.host.VfioAccess.ClosedNode;
import io.jvfio.host.VfioAccess.Obstacle;
import io.jvfio.host.VfioAccess.Way;
import org.jspecify.annotations.Nullable;

/**
 * Which of the kernel's interfaces a device is opened with, and why.
 *
 * <p>Threads: immutable.
 *
 * @param type1 how to use a container, or null to use iommufd
 * @param reason for people
 */
record AccessPlan(@Nullable Type1Mode type1, String reason) {

    /** The best interface for a device behind an IOMMU: iommufd where this process can open both of its nodes. */
    static AccessPlan choose(VfioAccess access) {
        return preferIommufd(access, "iommufd", new AccessPlan(Type1Mode.TYPE1V2, "group and container"));
    }

    /** The best interface for a device without an IOMMU: iommufd finds and pins its memory. */
    static AccessPlan chooseNoIommu(VfioAccess access) {
        return preferIommufd(access, "iommufd without an IOMMU", new AccessPlan(Type1Mode.NOIOMMU, "no-IOMMU group"));
    }

    private static AccessPlan preferIommufd(VfioAccess access, String name, AccessPlan otherwise) {
        String obstacle = obstacle(access);
        return obstacle.isEmpty()
                ? new AccessPlan(null, name + ", as " + Iommufd.NODE + " and " + access.cdev() + " can be opened")
                : new AccessPlan(otherwise.type1, otherwise.reason + ", as " + obstacle);
    }

    /** What the caller asked for; AUTO is not asking. */
    static AccessPlan asked(IommuChoice choice) {
        Type1Mode mode = switch (choice) {
            case TYPE1 -> Type1Mode.TYPE1;
            case TYPE1V2 -> Type1Mode.TYPE1V2;
            case COMPAT_TYPE1 -> Type1Mode.COMPAT_TYPE1;
            case COMPAT_TYPE1V2 -> Type1Mode.COMPAT_TYPE1V2;
            case AUTO, IOMMUFD -> null;
        };
        return new AccessPlan(mode, "asked for");
    }

    /** Why iommufd cannot be used; empty if it can. A group that is not viable makes no difference to that. */
    private static String obstacle(VfioAccess access) {
        if (access.cdev() == null) {
            return "the kernel offers no device node (before Linux 6.6, or built without CONFIG_VFIO_DEVICE_CDEV)";
        }
        // The last is the one that all devices share: without it no other one helps.
        return access.closed().stream()
                .filter(closed -> closed.way() == Way.IOMMUFD)
                .reduce((own, shared) -> shared)
                .map(AccessPlan::obstacle)
                .orElse("");
    }

    private static String obstacle(ClosedNode closed) {
        return closed.obstacle() == Obstacle.NO_NODE
                ? closed.node() + " does not exist"
                : "this process may not open " + closed.node() + " for reading and writing";
    }
}
