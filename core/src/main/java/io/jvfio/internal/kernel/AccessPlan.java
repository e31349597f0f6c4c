// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.kernel;

import io.jvfio.device.OpenOptions.IommuChoice;
import java.nio.file.Files;
import java.nio.file.Path;
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

    private static final Path IOMMU = Path.of(Iommufd.NODE);

    /** The best interface for a device behind an IOMMU: iommufd where this process can open both of its nodes. */
    static AccessPlan choose(SysfsDevice device) {
        return preferIommufd(device, "iommufd", new AccessPlan(Type1Mode.TYPE1V2, "group and container"));
    }

    /** The best interface for a device without an IOMMU: iommufd finds and pins its memory. */
    static AccessPlan chooseNoIommu(SysfsDevice device) {
        return preferIommufd(device, "iommufd without an IOMMU", new AccessPlan(Type1Mode.NOIOMMU, "no-IOMMU group"));
    }

    private static AccessPlan preferIommufd(SysfsDevice device, String name, AccessPlan otherwise) {
        Path cdev = device.cdevNode();
        String obstacle = obstacle(cdev);
        return obstacle == null
                ? new AccessPlan(null, name + ", as " + IOMMU + " and " + cdev + " can be opened")
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

    private static @Nullable String obstacle(@Nullable Path cdev) {
        if (cdev == null) {
            return "the kernel offers no device node (before Linux 6.6, or built without CONFIG_VFIO_DEVICE_CDEV)";
        }
        String iommu = unusable(IOMMU);
        return iommu == null ? unusable(cdev) : iommu;
    }

    private static @Nullable String unusable(Path node) {
        if (!Files.exists(node)) {
            return node + " does not exist";
        }
        return Files.isReadable(node) && Files.isWritable(node)
                ? null
                : "this process may not open " + node + " for reading and writing";
    }
}
