// SPDX-License-Identifier: Apache-2.0
package io.jvfio.pci;

import io.jvfio.Errno;
import io.jvfio.VfioException;

/**
 * Mapped registers did not answer although the device is there. Values read since the last {@code guard} are not to be
 * trusted, and writes may not have arrived; the window works again once the reason is gone.
 *
 * <p>Threads: as {@link VfioException}.
 */
public final class MmioFaultException extends VfioException {
    private static final long serialVersionUID = 1L;

    /** Why mapped registers of a device that is there do not answer. */
    public enum Reason {
        /** Memory decoding is off in the command register; {@link PciDevice#enableMemory} turns it on. */
        DECODING_OFF("memory decoding is off; enableMemory() turns it on"),
        /** The function is not in D0; {@link PciDevice#power} wakes it. */
        LOW_POWER("the function sleeps; power(D0) wakes it"),
        /** Neither, by now: a reset, or a short time without decoding or power. */
        PASSED("the device answers now; it was being reset, or did not decode for a short time");

        private final String hint;

        Reason(String hint) {
            this.hint = hint;
        }
    }

    /** Why the registers did not answer. */
    private final Reason reason;

    MmioFaultException(String subject, Reason reason, Throwable cause) {
        super("register access", Errno.EFAULT, subject, reason.hint);
        this.reason = reason;
        initCause(cause);
    }

    /** Why the registers did not answer, as far as could be seen afterwards. */
    public Reason reason() {
        return reason;
    }
}
