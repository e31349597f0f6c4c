// SPDX-License-Identifier: Apache-2.0
package io.jvfio.host;

import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An IOMMU group: the devices that the IOMMU cannot tell apart, and that therefore have one owner at a time.
 *
 * <p>Threads: immutable; as it was when it was read.
 *
 * @param number the group's number
 * @param type what the host's own drivers get in it ({@code DMA}, {@code DMA-FQ}, {@code identity}, …); empty if the
 *     kernel does not tell
 * @param noIommu whether VFIO has made it up for a device without an IOMMU
 * @param members its devices by name, one at least
 */
public record HostGroup(int number, String type, boolean noIommu, List<Member> members) {

    /** What a device does to its group. Threads: immutable. */
    public enum Role {
        /** A driver that offers VFIO is bound to it. */
        VFIO,
        /** No driver is bound to it: it keeps nobody from the group. */
        UNBOUND,
        /** Its driver does no DMA for the host, as that of a bridge: it keeps nobody from the group. */
        NEUTRAL,
        /** Its driver does DMA for the host: while it is bound, VFIO cannot have the group. */
        BLOCKER;

        /** Drivers whose device does not keep others of its group from being opened ({@code driver_managed_dma}). */
        private static final Set<String> NEUTRAL_DRIVERS = Set.of("pcieport", "pci-stub", "shpchp");

        /**
         * That of a device.
         *
         * @param driver the kernel driver that is bound to it, or null
         * @param vfio whether that driver offers VFIO
         */
        public static Role of(@Nullable String driver, boolean vfio) {
            return vfio ? VFIO : driver == null ? UNBOUND : NEUTRAL_DRIVERS.contains(driver) ? NEUTRAL : BLOCKER;
        }
    }

    /**
     * A device of the group.
     *
     * <p>Threads: immutable.
     *
     * @param name its name on its bus, for PCI its address
     * @param driver the kernel driver that is bound to it, or null
     * @param role what it does to the group
     */
    public record Member(String name, @Nullable String driver, Role role) {
        /** Refuses null. */
        public Member {
            Objects.requireNonNull(name, "name");
            Objects.requireNonNull(role, "role");
        }

        /** {@code 0000:01:00.0 (driver e1000e)}. */
        @Override
        public String toString() {
            return driver == null ? name : name + " (driver " + driver + ")";
        }
    }

    /** Copies the list. */
    public HostGroup {
        Objects.requireNonNull(type, "type");
        members = List.copyOf(members);
    }

    /** The devices that keep the group from VFIO: each must be bound to a VFIO driver or to none. */
    public List<Member> blockers() {
        return members.stream().filter(member -> member.role() == Role.BLOCKER).toList();
    }

    /** Whether VFIO can have it ({@code VFIO_GROUP_FLAGS_VIABLE}), as far as drivers tell. */
    public boolean viable() {
        return blockers().isEmpty();
    }
}
