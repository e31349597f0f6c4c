// SPDX-License-Identifier: Apache-2.0
package io.jvfio.platform.zpci;

import io.jvfio.Errno;
import io.jvfio.VfioException;
import io.jvfio.pci.PciDevice;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * A function that had an error and was brought back.
 *
 * <p>Threads: immutable.
 *
 * @param events what its records said, the oldest first
 * @param handleBefore by which the machine knew it before; 0 if VFIO does not show it
 * @param handleAfter by which the machine knows it now; the same if the reset was one of the function's own
 */
public record ZpciRecovery(List<ZpciEvent> events, int handleBefore, int handleAfter) {
    /** Copies the list. */
    public ZpciRecovery {
        events = List.copyOf(events);
    }

    /**
     * Takes the records that are left, and resets the function by {@link PciDevice#reset}; what that says of the state
     * afterwards holds. DMA maps and enabled interrupts stay, what the driver had in the function's registers is lost.
     * Blocks, a second or more.
     *
     * @throws IllegalArgumentException if there is no layer {@code zpci} on the device
     * @throws VfioException with EIO if the function failed for good, or the errno of the reset; the hint says what is left to
     *     an operator
     */
    public static ZpciRecovery run(PciDevice device) {
        Objects.requireNonNull(device, "device");
        Zpci zpci = device.as(Zpci.class)
                .orElseThrow(() -> new IllegalArgumentException(device + " has no layer zpci on it"));
        List<ZpciEvent> events = new ArrayList<>(zpci.drain());
        if (zpci.failedForGood()) {
            throw new VfioException("recovery", Errno.EIO, device.name(), Remedies.LAST_RESORT);
        }
        int before = zpci.capabilities().base().fh();
        device.reset();
        events.addAll(zpci.drain());
        return new ZpciRecovery(events, before, zpci.capabilities().base().fh());
    }
}
