// SPDX-License-Identifier: Apache-2.0
package io.jvfio.device;

import java.time.Duration;
import java.util.Objects;

/**
 * The ability to bring to rest what somebody has going in the device, while registers, DMA and interrupts still work:
 * memory that the device holds is asked back, queues are ended. It is asked for before the device is closed, reset or taken
 * back from a client.
 *
 * <p>Threads: thread-safe.
 */
public interface Quiesce {
    /** What {@link #limit} is unless somebody needs more. */
    Duration USUAL_LIMIT = Duration.ofSeconds(5);

    /** The longest that anybody is waited for. */
    Duration LONGEST = Duration.ofMinutes(1);

    /**
     * Brings a device to rest, if anybody has something going in it, and tells a failure to the log: who closes, resets or
     * takes back the device goes on. Blocks, at most for {@link #LONGEST}, if those who are asked keep to their limit.
     */
    static void run(VfioDevice device) {
        Objects.requireNonNull(device, "device");
        try {
            device.ability(Quiesce.class)
                    .ifPresent(rest -> rest.quiesce(rest.limit().compareTo(LONGEST) < 0 ? rest.limit() : LONGEST));
        } catch (DeviceGoneException gone) {
            // There is nothing to bring to rest.
        } catch (RuntimeException e) {
            System.getLogger("io.jvfio").log(System.Logger.Level.WARNING, device + " did not come to rest", e);
        }
    }

    /** How long it may need. */
    default Duration limit() {
        return USUAL_LIMIT;
    }

    /**
     * Brings the device to rest. Blocks. A second call, and one to a device that is gone, finds nothing to do.
     *
     * @param limit how long that may take; what is not done then is left
     * @throws RuntimeException if it failed; the caller tells of it and goes on
     */
    void quiesce(Duration limit);
}
