// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static io.jvfio.internal.uapi.CLayouts.clear;
import static io.jvfio.internal.uapi.CLayouts.field;
import static io.jvfio.internal.uapi.CLayouts.s32;
import static io.jvfio.internal.uapi.CLayouts.struct;
import static io.jvfio.internal.uapi.CLayouts.u32;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.VarHandle;

/**
 * {@code struct vfio_device_low_power_entry_with_wakeup} of {@code include/uapi/linux/vfio.h}, since Linux 6.1: lets
 * the device sleep, and says when it has been woken.
 *
 * <p>Threads: immutable.
 *
 * @param wakeupEventfd signalled when the device has left the low-power state of itself
 */
public record VfioDeviceLowPowerEntryWithWakeup(int wakeupEventfd) {
    /** The C layout. */
    public static final StructLayout LAYOUT =
            struct("vfio_device_low_power_entry_with_wakeup", s32("wakeup_eventfd"), u32("reserved"));

    private static final VarHandle WAKEUP_EVENTFD = field(LAYOUT, "wakeup_eventfd");

    /** Decodes the struct at the start of {@code segment}. */
    public static VfioDeviceLowPowerEntryWithWakeup read(MemorySegment segment) {
        return new VfioDeviceLowPowerEntryWithWakeup((int) WAKEUP_EVENTFD.get(segment));
    }

    /** Encodes the struct at the start of {@code segment}. */
    public void fill(MemorySegment segment) {
        clear(LAYOUT, segment);
        WAKEUP_EVENTFD.set(segment, wakeupEventfd);
    }
}
