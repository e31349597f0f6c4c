// SPDX-License-Identifier: Apache-2.0
package io.jvfio.driver.nvme;

import io.jvfio.driver.nvme.spec.StatusCode;

/**
 * The controller completed a command with an error; it goes on working.
 *
 * <p>Threads: as {@link NvmeException}.
 */
public final class CommandFailedException extends NvmeException {
    private static final long serialVersionUID = 1L;

    /** The 15 bits of the completion. */
    private final int status;

    CommandFailedException(String command, int status, String subject) {
        super(command + " failed: " + StatusCode.describe(status) + ": " + subject);
        this.status = status;
    }

    /** The status, as {@link StatusCode} explains it. */
    public int status() {
        return status;
    }

    /** Whether this is the reason. */
    public boolean is(StatusCode code) {
        return code.matches(status);
    }
}
