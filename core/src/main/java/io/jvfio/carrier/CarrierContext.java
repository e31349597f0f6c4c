// SPDX-License-Identifier: Apache-2.0
package io.jvfio.carrier;

import io.jvfio.internal.sys.SystemCalls;
import java.util.Objects;

/**
 * What a carrier gets from the user's context.
 *
 * <p>Threads: immutable.
 *
 * @param systemCalls the system calls to use, and no others
 */
@SuppressWarnings("exports")
public record CarrierContext(SystemCalls systemCalls) {
    /** Refuses null. */
    public CarrierContext {
        Objects.requireNonNull(systemCalls, "systemCalls");
    }
}
