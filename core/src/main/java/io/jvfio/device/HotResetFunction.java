// SPDX-License-Identifier: Apache-2.0
package io.jvfio.device;

import io.jvfio.PciAddress;
import java.util.Objects;

/**
 * A function that a hot reset would reset.
 *
 * <p>Threads: immutable; as it was when it was asked for.
 *
 * @param address where it is
 * @param group the number of its IOMMU group, or -1 where the kernel tells its ownership instead
 * @param ownership whose it is, as far as the kernel tells
 */
public record HotResetFunction(PciAddress address, int group, Ownership ownership) {

    /** Whose a function is. Threads: immutable. */
    public enum Ownership {
        /** The owner of the device that was asked: it is open in the same iommufd, or in a group that belongs to it. */
        OWNED,
        /** Somebody else's, or nobody's: a hot reset is refused. */
        NOT_OWNED,
        /** Whoever can show the group's descriptor; devices that are opened through their group are asked so. */
        BY_GROUP
    }

    /** Refuses null. */
    public HotResetFunction {
        Objects.requireNonNull(address, "address");
        Objects.requireNonNull(ownership, "ownership");
    }
}
