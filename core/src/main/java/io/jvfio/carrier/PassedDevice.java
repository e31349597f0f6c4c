// SPDX-License-Identifier: Apache-2.0
package io.jvfio.carrier;

import io.jvfio.Fd;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A kernel device of which somebody else has opened the descriptors: a privileged helper, a service manager, or another
 * library. The descriptors are borrowed and duplicated; what the other side made is not destroyed.
 *
 * <p>Threads: immutable.
 */
public sealed interface PassedDevice {

    /**
     * A group, and the name of one of its devices.
     *
     * @param group an open {@code /dev/vfio/N}, in no container yet
     * @param device the device's name in sysfs
     * @param vfToken the VF token, or null
     */
    record Group(Fd group, String device, @Nullable UUID vfToken) implements PassedDevice {
        /** Refuses null. */
        public Group {
            Objects.requireNonNull(group, "group");
            Objects.requireNonNull(device, "device");
        }
    }

    /**
     * A device's own node, not bound yet.
     *
     * @param device an open {@code /dev/vfio/devices/vfioN}
     * @param iommufd an open {@code /dev/iommu} to bind it to, or null to open one
     * @param name what to call the device in errors; its name in sysfs is best
     * @param vfToken the VF token, or null
     */
    record Cdev(
            Fd device,
            @Nullable Fd iommufd,
            String name,
            @Nullable UUID vfToken) implements PassedDevice {
        /** Refuses null. */
        public Cdev {
            Objects.requireNonNull(device, "device");
            Objects.requireNonNull(name, "name");
        }
    }

    /**
     * A device's own node, bound to an iommufd already.
     *
     * @param device an open and bound {@code /dev/vfio/devices/vfioN}
     * @param iommufd the {@code /dev/iommu} that it is bound to
     * @param ioasId the IOAS to attach it to, or 0 to make one
     * @param name what to call the device in errors; its name in sysfs is best
     */
    record Bound(Fd device, Fd iommufd, int ioasId, String name) implements PassedDevice {
        /** Refuses null. */
        public Bound {
            Objects.requireNonNull(device, "device");
            Objects.requireNonNull(iommufd, "iommufd");
            Objects.requireNonNull(name, "name");
        }
    }
}
