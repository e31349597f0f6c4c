// SPDX-License-Identifier: Apache-2.0
package io.jvfio.iommu;

import java.io.Serial;
import java.util.Objects;

/**
 * No usable range has room for a mapping. The message names the ranges, what is used of them, and the device's mask.
 *
 * <p>Threads: as {@link RuntimeException}.
 */
public final class IovaExhaustedException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1L;

    /** With everything that a reader needs to see why. */
    public IovaExhaustedException(String message) {
        super(Objects.requireNonNull(message, "message"));
    }
}
