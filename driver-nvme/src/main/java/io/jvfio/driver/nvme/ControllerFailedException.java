// SPDX-License-Identifier: Apache-2.0
package io.jvfio.driver.nvme;

/**
 * The controller does not work, or does not keep to the specification: it reported a fatal error, did not answer in time,
 * or sent what cannot be. Commands that were under way may or may not have been done.
 *
 * <p>Threads: as {@link NvmeException}.
 */
public final class ControllerFailedException extends NvmeException {
    private static final long serialVersionUID = 1L;

    ControllerFailedException(String subject, String what) {
        super(subject + ": " + what);
    }

    ControllerFailedException(String subject, String what, Throwable cause) {
        this(subject, what);
        initCause(cause);
    }
}
