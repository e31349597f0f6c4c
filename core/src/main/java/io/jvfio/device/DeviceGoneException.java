// SPDX-License-Identifier: Apache-2.0
package io.jvfio.device;

import io.jvfio.Errno;
import io.jvfio.VfioException;
import java.util.Objects;

/**
 * The device is no longer there: it was unplugged, its kernel driver let it go, or its peer went away. The only useful
 * thing left is to close it.
 *
 * <p>Threads: as {@link VfioException}.
 */
public final class DeviceGoneException extends VfioException {
    private static final long serialVersionUID = 1L;

    /**
     * The device was found gone.
     *
     * @param call the call or access that found it
     * @param subject which device
     */
    public DeviceGoneException(String call, String subject) {
        super(call, Errno.ENODEV, subject, "the device was removed or is in error; close it and open it again");
    }

    /**
     * The device was found gone by a fault.
     *
     * @param call the call or access that found it
     * @param subject which device
     * @param cause the fault
     */
    public DeviceGoneException(String call, String subject, Throwable cause) {
        this(call, subject);
        initCause(Objects.requireNonNull(cause, "cause"));
    }
}
