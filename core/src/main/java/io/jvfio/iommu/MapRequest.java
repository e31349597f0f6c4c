// SPDX-License-Identifier: Apache-2.0
package io.jvfio.iommu;

import io.jvfio.Hex;
import java.util.Objects;
import java.util.OptionalLong;

/**
 * Where to map, and with which rights.
 *
 * <p>Threads: immutable.
 *
 * @param access what the device may do
 * @param fixed whether {@code iova} is wanted and no other address will do
 * @param iova the wanted address if {@code fixed}, else 0
 * @param within the range to choose from, for a device that cannot reach all of the space
 * @param alignment of a chosen address, a power of two in bytes; 1 asks for no more than the IOMMU's page size
 * @param fit how to choose
 * @param label what to call the mapping where an address is explained; may be empty
 */
public record MapRequest(
        Access access, boolean fixed, long iova, IovaRange within, long alignment, Fit fit, String label) {

    /** How to choose an address. */
    public enum Fit {
        /** The lowest that has room: fast, and keeps addresses low. */
        FIRST,
        /** The smallest gap that has room: keeps large gaps whole. */
        BEST,
        /** The highest that has room: out of the way of a peer that chooses addresses from below. */
        LAST
    }

    /** Checks the numbers. */
    public MapRequest {
        Objects.requireNonNull(access, "access");
        Objects.requireNonNull(within, "within");
        Objects.requireNonNull(fit, "fit");
        Objects.requireNonNull(label, "label");
        if (Long.bitCount(alignment) != 1 || alignment < 0) {
            throw new IllegalArgumentException("alignment " + Hex.of(alignment) + " is not a power of two");
        }
    }

    /** Anywhere, read and write, first fit. */
    public static MapRequest defaults() {
        return new MapRequest(Access.READ_WRITE, false, 0, IovaRange.ALL, 1, Fit.FIRST, "");
    }

    /** The same with other rights. */
    public MapRequest withAccess(Access rights) {
        return new MapRequest(rights, fixed, iova, within, alignment, fit, label);
    }

    /** The same at exactly this address, which must be aligned to the IOMMU's page size. */
    public MapRequest withIova(long address) {
        return new MapRequest(access, true, address, within, alignment, fit, label);
    }

    /** The same with an address from this range. */
    public MapRequest withWithin(IovaRange range) {
        return new MapRequest(access, fixed, iova, range, alignment, fit, label);
    }

    /** The same with an address aligned to a power of two. */
    public MapRequest withAlignment(long bytes) {
        return new MapRequest(access, fixed, iova, within, bytes, fit, label);
    }

    /** The same with another way to choose. */
    public MapRequest withFit(Fit choice) {
        return new MapRequest(access, fixed, iova, within, alignment, choice, label);
    }

    /** The same under this name. */
    public MapRequest withLabel(String name) {
        return new MapRequest(access, fixed, iova, within, alignment, fit, name);
    }

    /** The fixed address, if one is wanted. */
    public OptionalLong fixedIova() {
        return fixed ? OptionalLong.of(iova) : OptionalLong.empty();
    }
}
