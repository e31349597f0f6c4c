// SPDX-License-Identifier: Apache-2.0
package io.jvfio.device;

import java.util.Optional;

/**
 * The error records of a zPCI function, an ability of its lowest device ({@code VFIO_DEVICE_FEATURE_ZPCI_ERROR}, Linux
 * 7.3). The kernel keeps up to four of them from the device's open to its close, and signals ERR for each, where the
 * function has that. A layer that reads them does not pass this on, as each can be read once.
 *
 * <p>Threads: thread-safe.
 */
public interface ZpciErrors {
    /** The fewest bytes that a record has. */
    int SMALLEST = 32;

    /**
     * Takes the oldest record. Does not block.
     *
     * @return its bytes, {@link #SMALLEST} or more, big-endian on every machine; the caller's own. Empty if there is none
     * @throws io.jvfio.VfioException if the carrier refuses; the record may be lost then
     * @throws IllegalStateException if the device is closed
     */
    Optional<byte[]> next();
}
