// SPDX-License-Identifier: Apache-2.0
package io.jvfio.variant;

import io.jvfio.device.VfioDevice;
import java.util.Objects;

/**
 * A device with all that was put on it.
 *
 * <p>Threads: as the device.
 *
 * @param device the top; the carrier's device itself if nothing was put on it
 * @param report what was put on it, and why
 */
public record DeviceStack(VfioDevice device, StackReport report) {
    /** Refuses null. */
    public DeviceStack {
        Objects.requireNonNull(device, "device");
        Objects.requireNonNull(report, "report");
    }
}
