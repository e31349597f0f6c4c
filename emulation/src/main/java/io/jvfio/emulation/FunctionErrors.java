// SPDX-License-Identifier: Apache-2.0
package io.jvfio.emulation;

import org.jspecify.annotations.Nullable;

/**
 * What happens around a function when it has an error: its driver is told by ERR, and the system may isolate it, as
 * zPCI, EEH and DPC do, each in its way. An isolated function's BARs and ROM read as ones and lose what is written, its
 * transfers fail and its messages are lost, until a reset that succeeds. Config space answers as before.
 *
 * <p>Threads: thread-safe. Nothing here waits or allocates.
 */
public final class FunctionErrors {
    private volatile boolean isolated;

    /** Set while the model is created. */
    private @Nullable ModelInterrupts interrupts;

    FunctionErrors() {}

    /** Tells the driver that the function has an error, by ERR if it has that. */
    public void signal() {
        if (interrupts != null) {
            interrupts.reportError();
        }
    }

    /** Isolates the function until its reset. */
    public void isolate() {
        isolated = true;
    }

    /** Whether the function is isolated. */
    public boolean isIsolated() {
        return isolated;
    }

    void through(ModelInterrupts errors) {
        interrupts = errors;
    }

    /** The function has been reset. */
    void end() {
        isolated = false;
    }
}
