// SPDX-License-Identifier: Apache-2.0
package io.jvfio.iommu;

import io.jvfio.Errno;
import io.jvfio.VfioException;
import java.io.Serial;

/**
 * A map that failed with one backend and could not be undone with another: its memory must not be used again.
 *
 * <p>Threads: as {@link RuntimeException}.
 */
final class StillMappedException extends VfioException {
    @Serial
    private static final long serialVersionUID = 1L;

    StillMappedException(String call, String subject, RuntimeException cause) {
        super(
                call,
                cause instanceof VfioException failed ? failed.errno() : Errno.EFAULT,
                subject,
                "a device can still reach the memory, so it is kept out of use: " + cause.getMessage());
        initCause(cause);
    }
}
