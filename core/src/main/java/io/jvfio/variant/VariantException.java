// SPDX-License-Identifier: Apache-2.0
package io.jvfio.variant;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * No variant could be chosen for a device, or the chosen one could not be put on it. The device is closed.
 *
 * <p>Threads: as any exception.
 */
public final class VariantException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** What went wrong. */
    public enum Code {
        /** Two variants describe the device equally well. */
        AMBIGUOUS_PROVIDER,
        /** Two providers of one id describe the device. */
        DUPLICATE_PROVIDER,
        /** The forced variant does not take the device. */
        FORCED_VARIANT_DECLINED,
        /** There is no variant of the forced id. */
        FORCED_VARIANT_MISSING,
        /** A variant failed when it was asked about the device, and that was not to be passed over. */
        PROVIDER_FAILED,
        /** A layer or variant could not be put on the device. */
        OPEN_FAILED
    }

    private final Code code;
    private final transient @Nullable StackReport report;

    VariantException(Code code, String message, @Nullable StackReport report, @Nullable Throwable cause) {
        super(code + ": " + message, cause);
        this.code = Objects.requireNonNull(code, "code");
        this.report = report;
    }

    /** What went wrong. */
    public Code code() {
        return code;
    }

    /** Who was there to choose from; null if it is not known any more. */
    public @Nullable StackReport report() {
        return report;
    }
}
