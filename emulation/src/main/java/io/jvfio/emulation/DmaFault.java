// SPDX-License-Identifier: Apache-2.0
package io.jvfio.emulation;

import io.jvfio.Hex;
import io.jvfio.iommu.Access;
import io.jvfio.iommu.IovaExplanation;
import java.util.Objects;

/**
 * A transfer that was refused, or failed.
 *
 * <p>Threads: immutable.
 *
 * @param device whose transfer
 * @param iova the first address that could not be reached
 * @param start the transfer's first address
 * @param length the transfer's bytes
 * @param access what was to be done to memory
 * @param reason why not
 * @param explanation what the address means
 */
public record DmaFault(
        String device,
        long iova,
        long start,
        long length,
        Access access,
        DmaStatus reason,
        IovaExplanation explanation) {
    /** Refuses null. */
    public DmaFault {
        Objects.requireNonNull(device, "device");
        Objects.requireNonNull(access, "access");
        Objects.requireNonNull(reason, "reason");
        Objects.requireNonNull(explanation, "explanation");
    }

    /** {@code model:edu: READ of 0x100 bytes at 0x1000 is UNMAPPED at 0x1000: ...}. */
    @Override
    public String toString() {
        return device + ": " + access + " of " + Hex.of(length) + " bytes at " + Hex.of(start) + " is " + reason
                + " at " + Hex.of(iova) + ": " + explanation;
    }
}
