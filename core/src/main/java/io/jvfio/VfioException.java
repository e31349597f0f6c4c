// SPDX-License-Identifier: Apache-2.0
package io.jvfio;

import java.util.Objects;

/**
 * A system call, or a request to a device, that failed: which call, with which errno, on what, and what to do about it.
 *
 * <p>The message reads {@code VFIO_IOMMU_MAP_DMA failed: ENOMEM (12): iova 0x100000, size 0x200000; hint: ...}.
 *
 * <p>Threads: immutable but for what {@link Throwable} allows.
 */
public class VfioException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** The failed call: an ioctl's name in the kernel header's spelling, or a system call's. */
    private final String call;

    /** The positive errno. */
    private final int errno;

    /** Which device, region, range or file. */
    private final String subject;

    /** What to check or run, or empty. */
    private final String hint;

    /**
     * A failure with a hint of its own.
     *
     * @param call the ioctl or function, in the spelling of its header or manual
     * @param errno a positive errno value
     * @param subject which device, region, range or file
     * @param hint what to check or run; empty if there is nothing to say
     */
    public VfioException(String call, int errno, String subject, String hint) {
        super(message(call, errno, subject, hint));
        this.call = Objects.requireNonNull(call, "call");
        this.errno = errno;
        this.subject = Objects.requireNonNull(subject, "subject");
        this.hint = Objects.requireNonNull(hint, "hint");
    }

    /**
     * A failure with the hint that the table of known causes has for it.
     *
     * @param call the ioctl or function
     * @param errno a positive errno value
     * @param subject which device, region, range or file
     */
    public static VfioException of(String call, int errno, String subject) {
        return new VfioException(call, errno, subject, Hints.of(call, errno));
    }

    /** The call that failed. */
    public final String call() {
        return call;
    }

    /** The positive errno, as in {@code errno.h} of Linux. */
    public final int errno() {
        return errno;
    }

    /** The errno's name, {@code EPERM} for example, or {@code errno 4711} for a number without a name. */
    public final String name() {
        return Errno.name(errno);
    }

    /** Which device, region, range or file the call was about. */
    public final String subject() {
        return subject;
    }

    /** What to check or run; empty if nothing is known. */
    public final String hint() {
        return hint;
    }

    private static String message(String call, int errno, String subject, String hint) {
        String text = call + " failed: " + Errno.name(errno) + " (" + errno + "): " + subject;
        return hint.isEmpty() ? text : text + "; hint: " + hint;
    }
}
