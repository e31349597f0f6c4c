// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static io.jvfio.internal.uapi.CLayouts.s32;
import static io.jvfio.internal.uapi.CLayouts.u32;

/**
 * {@code struct vfio_device_low_power_entry_with_wakeup} of {@code include/uapi/linux/vfio.h}, since Linux 6.1: lets
 * the device sleep, and says when it has been woken.
 *
 * <p>Threads: immutable.
 *
 * @param wakeupEventfd signalled when the device has left the low-power state of itself
 */
public record VfioDeviceLowPowerEntryWithWakeup(int wakeupEventfd) {
    /** The C struct. */
    public static final Struct<VfioDeviceLowPowerEntryWithWakeup> STRUCT =
            Struct.of(VfioDeviceLowPowerEntryWithWakeup.class, s32("wakeup_eventfd"), u32("reserved"));
}
