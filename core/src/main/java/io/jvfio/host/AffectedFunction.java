// SPDX-License-Identifier: Apache-2.0
package io.jvfio.host;

import io.jvfio.PciAddress;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A function that a hot reset would reset, and whose it is.
 *
 * <p>Threads: immutable; as it was when it was looked at.
 *
 * @param address where it is
 * @param driver the kernel driver that is bound to it, or null
 * @param owner whose it is
 * @param holders the processes that have it open, as far as they can be seen; without privilege only those of the same
 *     user can be
 */
public record AffectedFunction(PciAddress address, @Nullable String driver, Owner owner, List<NodeHolder> holders) {

    /** Whose a function is. Threads: immutable. */
    public enum Owner {
        /** The plan's: one of its devices, or in a group that belongs to one. */
        OURS,
        /** Nobody's as far as can be seen, and a VFIO driver is bound to it: open it and plan with it. */
        UNUSED,
        /** Another process's, or another context's of this one. */
        OTHER_PROCESS,
        /** A virtual function. VFIO does not reset a slot or bus that has some ({@code drivers/vfio/pci/vfio_pci_core.c}). */
        VIRTUAL_FUNCTION,
        /** No driver is bound to it. VFIO resets only what its drivers have. */
        NO_DRIVER,
        /** A driver that offers no VFIO is bound to it. */
        HOST_DRIVER
    }

    /** Refuses null and copies the list. */
    public AffectedFunction {
        Objects.requireNonNull(address, "address");
        Objects.requireNonNull(owner, "owner");
        holders = List.copyOf(holders);
    }

    /** Why it keeps the reset from happening, with the way out; empty if it does not. */
    public String obstacle() {
        return switch (owner) {
            case OURS -> "";
            case UNUSED -> address + " is not open here: open it in the same way and plan with it";
            case OTHER_PROCESS ->
                address + " is open in "
                        + holders.stream().map(NodeHolder::toString).distinct().collect(Collectors.joining(", "));
            case VIRTUAL_FUNCTION -> address + " is a virtual function, which VFIO does not reset like this: remove it";
            case NO_DRIVER -> address + " has no driver: bind it to vfio-pci";
            case HOST_DRIVER -> address + " is bound to " + driver + ": bind it to vfio-pci";
        };
    }
}
