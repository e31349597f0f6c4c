// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli.command;

import io.jvfio.DeviceLocator;
import io.jvfio.Errno;
import io.jvfio.VfioException;
import io.jvfio.host.VfioAccess;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A device could not be opened. Where the host shows what is in the way, that is the hint: it is about this device, while
 * the table of hints knows the call only.
 *
 * <p>Threads: immutable.
 */
public final class OpenFailure extends VfioException {
    private static final long serialVersionUID = 1L;

    private static final Set<Integer> REFUSALS = Set.of(Errno.EPERM, Errno.ENOENT, Errno.EACCES, Errno.EBUSY);

    /** It says EINVAL where the device is open elsewhere. */
    private static final String BIND = "VFIO_DEVICE_BIND_IOMMUFD";

    /** Whether a VFIO driver is bound to the device. */
    private final boolean bound;

    /**
     * A failure to open.
     *
     * @param locator the device
     * @param failure what the attempt threw
     * @param access how the host shows the device, or null if it is none of the host's
     */
    public OpenFailure(DeviceLocator locator, VfioException failure, @Nullable VfioAccess access) {
        super(
                failure.call(),
                failure.errno(),
                failure.subject().contains(locator.target()) ? failure.subject() : locator + ", " + failure.subject(),
                access == null || access.openable() ? failure.hint() : access.reason());
        this.bound = access != null && access.bound();
        initCause(failure);
    }

    /** The class that it belongs to. */
    public int exitCode() {
        boolean refused = REFUSALS.contains(errno()) || errno() == Errno.EINVAL && call().equals(BIND);
        return bound && refused ? ExitCode.NOT_ACCESSIBLE : ExitCode.FAILED;
    }
}
