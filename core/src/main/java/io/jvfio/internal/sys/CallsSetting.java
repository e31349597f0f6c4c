// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.sys;

import io.jvfio.Setting;
import java.util.Objects;

/**
 * Has a context make its system calls through others than this machine's kernel's.
 *
 * <p>Threads: immutable.
 *
 * @param systemCalls the system calls to use, and no others
 */
public record CallsSetting(SystemCalls systemCalls) implements Setting {
    /** Refuses null. */
    public CallsSetting {
        Objects.requireNonNull(systemCalls, "systemCalls");
    }
}
