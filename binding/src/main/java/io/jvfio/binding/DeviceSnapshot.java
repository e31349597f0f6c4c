// SPDX-License-Identifier: Apache-2.0
package io.jvfio.binding;

import io.jvfio.PciAddress;
import io.jvfio.variant.Modalias;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a choice needs to know of a function.
 *
 * <p>Threads: immutable; as it was when it was read.
 *
 * @param address where it is
 * @param modalias what it is
 * @param revision the revision, 0 to 0xff, or -1
 * @param driver the kernel driver that is bound to it, or null
 * @param override what {@code driver_override} says; null if it is not set
 * @param vfio whether the bound driver offers VFIO
 * @param group the number of its IOMMU group, or -1
 * @param noIommu whether VFIO has made its group up
 * @param numaNode the memory node, or -1
 * @param physicalFunction of a virtual function, the physical one; null otherwise
 * @param physicalDriver the driver of the physical function, or null
 * @param physicalVfio whether that driver offers VFIO
 * @param others the other functions of its group
 * @param hazards what a change would hurt
 */
public record DeviceSnapshot(
        PciAddress address,
        Modalias modalias,
        int revision,
        @Nullable String driver,
        @Nullable String override,
        boolean vfio,
        int group,
        boolean noIommu,
        int numaNode,
        @Nullable PciAddress physicalFunction,
        @Nullable String physicalDriver,
        boolean physicalVfio,
        List<GroupMember> others,
        List<Hazard> hazards) {

    /**
     * Another function of the group.
     *
     * <p>Threads: immutable.
     *
     * @param address where it is
     * @param driver the kernel driver that is bound to it, or null
     * @param bridge whether it is a bridge, which VFIO does not take and does not mind
     * @param blocks whether its driver keeps VFIO from the group
     */
    public record GroupMember(PciAddress address, @Nullable String driver, boolean bridge, boolean blocks) {
        /** Refuses null. */
        public GroupMember {
            Objects.requireNonNull(address, "address");
        }
    }

    /** Copies the lists. */
    public DeviceSnapshot {
        Objects.requireNonNull(address, "address");
        Objects.requireNonNull(modalias, "modalias");
        others = List.copyOf(others);
        hazards = List.copyOf(hazards);
    }

    /**
     * Whether only an id that somebody wrote to the driver's {@code new_id} can hold it: VFIO's drivers take that or what
     * {@code driver_override} names. It is inferred, as the file can only be written; an override that was removed after
     * the driver was bound leaves the same picture.
     */
    public boolean heldByNewId() {
        return vfio && driver != null && override == null;
    }

    /** Whether it is a virtual function. */
    public boolean virtual() {
        return physicalFunction != null;
    }
}
