// SPDX-License-Identifier: Apache-2.0
package io.jvfio.binding;

import java.util.Objects;
import java.util.Optional;

/**
 * A choice with all that it rests on.
 *
 * <p>Threads: immutable.
 *
 * @param device the function
 * @param catalogue the kernel's drivers
 * @param request what was asked for
 * @param decision what it came to
 * @param plan how it would be done; empty if there is nothing to do
 * @param recording all that was read of the host
 */
public record Explanation(
        DeviceSnapshot device,
        Catalogue catalogue,
        BindRequest request,
        Decision decision,
        Optional<BindPlan> plan,
        HostRecording recording) {
    /** Refuses null. */
    public Explanation {
        Objects.requireNonNull(device, "device");
        Objects.requireNonNull(catalogue, "catalogue");
        Objects.requireNonNull(request, "request");
        Objects.requireNonNull(decision, "decision");
        Objects.requireNonNull(plan, "plan");
        Objects.requireNonNull(recording, "recording");
    }
}
